using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pare.Codecs;

/// <summary>
/// Sorted centroids with a table that finds the nearest one in constant time: the range is cut into equal bins, a bin knows its first centroid, and the
/// midpoints decide the rest. Of two centroids equally near the lower wins. Infinities take the outermost centroids, NaN the index 0
/// (<see cref="Snap"/> leaves NaN and infinities as they are). Immutable and thread-safe.
/// </summary>
public sealed class Codebook
{
    private const int TableBits = 13;
    private const int IndexBlock = 1024;

    private readonly float[] _centroids;
    private readonly float[] _midpoints;
    private readonly ushort[] _table;
    private readonly bool _isFine;
    private readonly float _low;
    private readonly float _scale;

    /// <summary>Creates a codebook.</summary>
    /// <param name="centroids">1 to 65,536 finite values; sorted and freed of duplicates here.</param>
    /// <exception cref="ArgumentException">There is none, there are too many, or one is not finite.</exception>
    public Codebook(params ReadOnlySpan<float> centroids)
    {
        if (centroids.IsEmpty)
        {
            throw new ArgumentException("a codebook needs at least one centroid", nameof(centroids));
        }

        float[] sorted = centroids.ToArray();
        Array.Sort(sorted);
        int kept = 0;
        foreach (float c in sorted)
        {
            if (!float.IsFinite(c))
            {
                throw new ArgumentException("a centroid is not finite", nameof(centroids));
            }

            if (kept == 0 || c != sorted[kept - 1])
            {
                sorted[kept++] = c == 0 ? 0 : c;
            }
        }

        if (kept > 65536)
        {
            throw new ArgumentException($"a codebook holds at most 65536 centroids, found {kept}", nameof(centroids));
        }

        _centroids = sorted.AsSpan(0, kept).ToArray();

        // One more midpoint than there are gaps: nothing lies above the last centroid.
        _midpoints = new float[kept];
        for (int i = 0; i + 1 < kept; i++)
        {
            _midpoints[i] = Midpoint(_centroids[i], _centroids[i + 1]);
        }

        _midpoints[^1] = float.PositiveInfinity;
        _low = _centroids[0];
        float span = _centroids[^1] - _low;
        _scale = span > 0 && float.IsFinite(span) ? (1 << TableBits) / span : 0;
        _scale = float.IsFinite(_scale) ? _scale : 0;

        // One entry more than bins: gathers read four bytes.
        _table = new ushort[(1 << TableBits) + 2];
        FillTable();
        _isFine = HasOneMidpointABin();
    }

    /// <summary>The centroids, ascending and distinct.</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>Number of centroids.</summary>
    public int Count => _centroids.Length;

    /// <summary>Index of the centroid nearest to a value.</summary>
    public int IndexOf(float value)
    {
        float t = (value - _low) * _scale;
        int bin = t > 0 ? t < 1 << TableBits ? (int)t : 1 << TableBits : 0;
        int i = _table[bin];
        while (value > _midpoints[i])
        {
            i++;
        }

        return i;
    }

    /// <summary>Writes the index of the nearest centroid of every value.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or there are more than 256 centroids.</exception>
    public void Assign(ReadOnlySpan<float> values, Span<byte> indices)
    {
        if (Count > 256)
        {
            throw new ArgumentException($"{Count} centroids do not fit indices of one byte", nameof(indices));
        }

        SameLength(values.Length, indices.Length);
        Span<int> wide = stackalloc int[IndexBlock];
        for (int at = 0; at < values.Length; at += IndexBlock)
        {
            int n = Math.Min(IndexBlock, values.Length - at);
            IndicesOf(values.Slice(at, n), wide);
            Span<byte> own = indices.Slice(at, n);
            for (int i = 0; i < own.Length; i++)
            {
                own[i] = (byte)wide[i];
            }
        }
    }

    /// <summary>Writes the index of the nearest centroid of every value.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Assign(ReadOnlySpan<float> values, Span<ushort> indices)
    {
        SameLength(values.Length, indices.Length);
        Span<int> wide = stackalloc int[IndexBlock];
        for (int at = 0; at < values.Length; at += IndexBlock)
        {
            int n = Math.Min(IndexBlock, values.Length - at);
            IndicesOf(values.Slice(at, n), wide);
            Span<ushort> own = indices.Slice(at, n);
            for (int i = 0; i < own.Length; i++)
            {
                own[i] = (ushort)wide[i];
            }
        }
    }

    /// <summary>As <see cref="Assign(ReadOnlySpan{float}, Span{byte})"/>, on several threads.</summary>
    public unsafe void Assign(ReadOnlySpan<float> values, Span<byte> indices, int threads)
    {
        SameLength(values.Length, indices.Length);
        fixed (float* v = values)
        fixed (byte* i = indices)
        {
            FloatRun run = new(v, null, values.Length);
            nint to = (nint)i;
            InParts(values.Length, threads, (at, length) => Assign(run.Values(at, length), new Span<byte>((byte*)to + at, length)));
        }
    }

    /// <summary>As <see cref="Assign(ReadOnlySpan{float}, Span{ushort})"/>, on several threads.</summary>
    public unsafe void Assign(ReadOnlySpan<float> values, Span<ushort> indices, int threads)
    {
        SameLength(values.Length, indices.Length);
        fixed (float* v = values)
        fixed (ushort* i = indices)
        {
            FloatRun run = new(v, null, values.Length);
            nint to = (nint)i;
            InParts(values.Length, threads, (at, length) => Assign(run.Values(at, length), new Span<ushort>((ushort*)to + at, length)));
        }
    }

    /// <summary>Writes the nearest centroid of every value; both spans may be the same. NaN and infinities stay.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Snap(ReadOnlySpan<float> values, Span<float> destination)
    {
        SameLength(values.Length, destination.Length);
        for (int i = Avx2.IsSupported && _isFine ? SnapVectors(values, destination) : 0; i < values.Length; i++)
        {
            float x = values[i];
            destination[i] = float.IsFinite(x) ? _centroids[IndexOf(x)] : x;
        }
    }

    /// <summary>Sum of (x - nearest centroid)² over the finite values.</summary>
    public double SquaredError(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float x in values)
        {
            if (float.IsFinite(x))
            {
                double d = (double)x - _centroids[IndexOf(x)];
                sum += d * d;
            }
        }

        return sum;
    }

    /// <summary>Counts and sums the values of every centroid's cell, for one sweep of Lloyd's iteration.</summary>
    internal double Accumulate(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, Span<double> counts, Span<double> sums)
    {
        double error = 0;
        Span<int> indices = stackalloc int[IndexBlock];
        for (int at = 0; at < values.Length; at += IndexBlock)
        {
            ReadOnlySpan<float> block = values.Slice(at, Math.Min(IndexBlock, values.Length - at));
            IndicesOf(block, indices);
            for (int i = 0; i < block.Length; i++)
            {
                float x = block[i];
                if (!float.IsFinite(x))
                {
                    continue;
                }

                int c = indices[i];
                double w = weights.IsEmpty ? 1 : weights[at + i];
                double d = (double)x - _centroids[c];
                error += w * d * d;
                counts[c] += w;
                sums[c] += w * x;
            }
        }

        return error;
    }

    // Eight values at a time by the same arithmetic as IndexOf, where a look at one midpoint is enough. Returns how many are done.
    private unsafe int SnapVectors(ReadOnlySpan<float> values, Span<float> destination)
    {
        int i = 0;
        fixed (float* from = values, to = destination, centroids = _centroids, midpoints = _midpoints)
        fixed (ushort* table = _table)
        {
            Vector256<float> low = Vector256.Create(_low);
            Vector256<float> scale = Vector256.Create(_scale);
            Vector256<float> infinity = Vector256.Create(float.PositiveInfinity);
            for (; i + 8 <= values.Length; i += 8)
            {
                Vector256<float> x = Avx.LoadVector256(from + i);
                Vector256<int> index = IndexOf(x, low, scale, table, midpoints);
                Vector256<float> finite = Avx.CompareLessThan(Vector256.Abs(x), infinity);
                Avx.Store(to + i, Avx.BlendVariable(x, Avx2.GatherVector256(centroids, index, 4), finite));
            }
        }

        return i;
    }

    // The same without the values: a run's indices.
    private unsafe int IndexVectors(ReadOnlySpan<float> values, Span<int> indices)
    {
        int i = 0;
        fixed (float* from = values, midpoints = _midpoints)
        fixed (int* to = indices)
        fixed (ushort* table = _table)
        {
            Vector256<float> low = Vector256.Create(_low);
            Vector256<float> scale = Vector256.Create(_scale);
            for (; i + 8 <= values.Length; i += 8)
            {
                Avx.Store(to + i, IndexOf(Avx.LoadVector256(from + i), low, scale, table, midpoints));
            }
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<int> IndexOf(Vector256<float> x, Vector256<float> low, Vector256<float> scale, ushort* table, float* midpoints)
    {
        // In this order a NaN becomes 0.
        Vector256<float> t = Avx.Min(Avx.Max(Avx.Multiply(Avx.Subtract(x, low), scale), Vector256<float>.Zero), Vector256.Create((float)(1 << TableBits)));
        Vector256<int> index = Avx2.And(Avx2.GatherVector256((int*)table, Avx.ConvertToVector256Int32WithTruncation(t), 2), Vector256.Create(0xffff));
        return Avx2.Subtract(index, Avx.CompareGreaterThan(x, Avx2.GatherVector256(midpoints, index, 4)).AsInt32());
    }

    // Fills indices with those of a run of at most their length.
    private void IndicesOf(ReadOnlySpan<float> values, Span<int> indices)
    {
        for (int i = Avx2.IsSupported && _isFine ? IndexVectors(values, indices) : 0; i < values.Length; i++)
        {
            indices[i] = IndexOf(values[i]);
        }
    }

    private static void InParts(int length, int threads, Action<int, int> work)
    {
        const int Part = 1 << 16;
        int parts = (length + Part - 1) / Part;
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, p => work(p * Part, Math.Min(Part, length - p * Part)));
    }

    private static float Midpoint(float a, float b) => (float)(((double)a + b) / 2);

    private static void SameLength(int values, int other)
    {
        if (values != other)
        {
            throw new ArgumentException($"{values} values but room for {other}");
        }
    }

    // Whether no two midpoints fall into one bin, so that a bin's values have two centroids to choose from.
    private bool HasOneMidpointABin()
    {
        for (int bin = 0; bin < 1 << TableBits; bin++)
        {
            if (_table[bin + 1] - _table[bin] > 1)
            {
                return false;
            }
        }

        return _scale > 0 && _table[1 << TableBits] >= _centroids.Length - 2;
    }

    private void FillTable()
    {
        if (_scale == 0)
        {
            return;
        }

        // Walking the midpoints through the same arithmetic as the look-up: a bin starts at the lowest centroid that any value in it can have.
        int bin = 0;
        for (int i = 0; i < _midpoints.Length; i++)
        {
            int last = _midpoints[i] == float.PositiveInfinity ? 1 << TableBits : (int)Math.Clamp((_midpoints[i] - _low) * _scale, 0, 1 << TableBits);
            for (; bin <= last; bin++)
            {
                _table[bin] = (ushort)i;
            }
        }
    }
}
