using System.Runtime.InteropServices;

namespace Pare.Codecs;

/// <summary>
/// Sorted centroids with a table that finds the nearest one in constant time: the range is cut into equal bins, a bin knows its first centroid, and the
/// midpoints decide the rest. Of two centroids equally near the lower wins. Infinities take the outermost centroids, NaN the index 0
/// (<see cref="Snap"/> leaves NaN and infinities as they are). Immutable and thread-safe.
/// </summary>
public sealed class Codebook
{
    private const int TableBits = 13;

    private readonly float[] _centroids;
    private readonly float[] _midpoints;
    private readonly ushort[] _table;
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
        _table = new ushort[(1 << TableBits) + 1];
        FillTable();
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
        for (int i = 0; i < values.Length; i++)
        {
            indices[i] = (byte)IndexOf(values[i]);
        }
    }

    /// <summary>Writes the index of the nearest centroid of every value.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Assign(ReadOnlySpan<float> values, Span<ushort> indices)
    {
        SameLength(values.Length, indices.Length);
        for (int i = 0; i < values.Length; i++)
        {
            indices[i] = (ushort)IndexOf(values[i]);
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
        for (int i = 0; i < values.Length; i++)
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
        ref float first = ref MemoryMarshal.GetArrayDataReference(_centroids);
        for (int i = 0; i < values.Length; i++)
        {
            float x = values[i];
            if (!float.IsFinite(x))
            {
                continue;
            }

            int c = IndexOf(x);
            double w = weights.IsEmpty ? 1 : weights[i];
            double d = (double)x - System.Runtime.CompilerServices.Unsafe.Add(ref first, c);
            error += w * d * d;
            counts[c] += w;
            sums[c] += w * x;
        }

        return error;
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
