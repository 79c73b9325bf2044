using System.Buffers;
using System.Runtime.Intrinsics;

namespace Pare.Codecs;

/// <summary>
/// Counts and sums of an array's values in equal bins. A value becomes one integer, its bin above its place within the bin; count and place are added
/// to the bin in one 64-bit word. Integer sums do not depend on the order, so any number of threads gives the same result.
/// </summary>
internal static unsafe class LineHistogram
{
    private const int PositionBits = 24;
    private const int CountShift = 36;
    private const int ChunkLength = 1 << 16;

    // Below 2^(CountShift - PositionBits + bin bits) and 2^(64 - CountShift) values a word cannot overflow.
    private const int FlushAfter = 1 << 26;

    /// <summary>Lowest and highest finite value, and how many are not finite; (0, 0) where none is finite.</summary>
    public static (float Low, float High, long NonFinite) Range(FloatRun run, int threads)
    {
        int chunks = Chunks(run.Length);
        float low = float.PositiveInfinity;
        float high = float.NegativeInfinity;
        long bad = 0;
        object gate = new();
        Parallel.For(0, chunks, Options(threads), () => (Low: float.PositiveInfinity, High: float.NegativeInfinity, Bad: 0L), (c, _, local) =>
        {
            ReadOnlySpan<float> values = run.Values(c * ChunkLength, Math.Min(ChunkLength, run.Length - c * ChunkLength));
            if (!RangeOfFinite(values, ref local.Low, ref local.High))
            {
                foreach (float x in values)
                {
                    if (float.IsFinite(x))
                    {
                        local.Low = Math.Min(local.Low, x);
                        local.High = Math.Max(local.High, x);
                    }
                    else
                    {
                        local.Bad++;
                    }
                }
            }

            return local;
        }, local =>
        {
            lock (gate)
            {
                low = Math.Min(low, local.Low);
                high = Math.Max(high, local.High);
                bad += local.Bad;
            }
        });
        return low <= high ? (low, high, bad) : (0, 0, bad);
    }

    /// <summary>Fills <paramref name="bits"/>-bit many bins over [low, high] with counts and sums of the finite values.</summary>
    public static Cells Fill(FloatRun run, float low, float high, int bits, bool allFinite, int threads)
    {
        int bins = 1 << bits;
        int placeBits = PositionBits - bits;

        // Half a megabyte of tables a tensor: rented, or a model's worth of them would stay on the large object heap.
        long[] counts = Rent<long>(bins);
        long[] places = Rent<long>(bins);
        double width = ((double)high - low) / bins;
        float scale = (float)((1 << PositionBits) / ((double)high - low));
        object gate = new();
        int chunks = Chunks(run.Length);
        int slices = Math.Min(chunks, threads);
        Parallel.For(0, slices, Options(threads), slice =>
        {
            ulong[] words = Rent<ulong>(bins);
            int pending = 0;
            for (int c = slice; c < chunks; c += slices)
            {
                int length = Math.Min(ChunkLength, run.Length - c * ChunkLength);
                Add(run.Pointer(c * ChunkLength), length, low, scale, placeBits, allFinite, words);
                pending += length;
                if (pending >= FlushAfter)
                {
                    Flush(words, counts, places, gate);
                    pending = 0;
                }
            }

            Flush(words, counts, places, gate);
            ArrayPool<ulong>.Shared.Return(words);
        });
        double[] rentedWeights = ArrayPool<double>.Shared.Rent(bins);
        double[] rentedSums = ArrayPool<double>.Shared.Rent(bins);
        Span<double> weights = rentedWeights.AsSpan(0, bins);
        Span<double> sums = rentedSums.AsSpan(0, bins);
        double step = width / (1 << placeBits);
        for (int b = 0; b < bins; b++)
        {
            weights[b] = counts[b];

            // Half a step: places are rounded down.
            sums[b] = counts[b] * (low + b * width) + (places[b] + counts[b] * 0.5) * step;
        }

        ArrayPool<long>.Shared.Return(counts);
        ArrayPool<long>.Shared.Return(places);
        Cells cells = new(weights, sums);
        ArrayPool<double>.Shared.Return(rentedWeights);
        ArrayPool<double>.Shared.Return(rentedSums);
        return cells;
    }

    private static T[] Rent<T>(int length)
        where T : struct
    {
        T[] array = ArrayPool<T>.Shared.Rent(length);
        Array.Clear(array);
        return array;
    }

    private static void Flush(ulong[] words, long[] counts, long[] places, object gate)
    {
        lock (gate)
        {
            for (int b = 0; b < words.Length && b < counts.Length; b++)
            {
                counts[b] += (long)(words[b] >> CountShift);
                places[b] += (long)(words[b] & ((1UL << CountShift) - 1));
            }
        }

        Array.Clear(words);
    }

    private static void Add(float* values, int length, float low, float scale, int placeBits, bool allFinite, ulong[] histogram)
    {
        const int Highest = (1 << PositionBits) - 1;
        const ulong One = 1UL << CountShift;
        uint mask = (1u << placeBits) - 1;
        fixed (ulong* words = histogram)
        {
            int i = 0;
            if (allFinite && Vector256.IsHardwareAccelerated)
            {
                Vector256<float> lows = Vector256.Create(low);
                Vector256<float> scales = Vector256.Create(scale);
                Vector256<int> top = Vector256.Create(Highest);
                uint* u = stackalloc uint[8];
                for (; i + 8 <= length; i += 8)
                {
                    Vector256<int> position = Vector256.ConvertToInt32Native((Vector256.Load(values + i) - lows) * scales);
                    position = Vector256.Max(Vector256<int>.Zero, Vector256.Min(position, top));
                    position.AsUInt32().Store(u);
                    words[u[0] >> placeBits] += One | (u[0] & mask);
                    words[u[1] >> placeBits] += One | (u[1] & mask);
                    words[u[2] >> placeBits] += One | (u[2] & mask);
                    words[u[3] >> placeBits] += One | (u[3] & mask);
                    words[u[4] >> placeBits] += One | (u[4] & mask);
                    words[u[5] >> placeBits] += One | (u[5] & mask);
                    words[u[6] >> placeBits] += One | (u[6] & mask);
                    words[u[7] >> placeBits] += One | (u[7] & mask);
                }
            }

            for (; i < length; i++)
            {
                if (float.IsFinite(values[i]))
                {
                    float t = (values[i] - low) * scale;
                    uint u = t >= Highest ? Highest : (uint)t;
                    words[u >> placeBits] += One | (u & mask);
                }
            }
        }
    }

    private static bool RangeOfFinite(ReadOnlySpan<float> values, ref float low, ref float high)
    {
        float lo = low;
        float hi = high;
        int i = 0;
        if (values.Length >= 8)
        {
            Vector256<float> mins = Vector256.Create(float.PositiveInfinity);
            Vector256<float> maxs = Vector256.Create(float.NegativeInfinity);

            // x - x is 0 for a finite value, NaN otherwise; the sum tells whether any was not finite.
            Vector256<float> check = Vector256<float>.Zero;
            for (; i + 8 <= values.Length; i += 8)
            {
                Vector256<float> x = Vector256.Create(values[i..]);
                mins = Vector256.MinNative(mins, x);
                maxs = Vector256.MaxNative(maxs, x);
                check += x - x;
            }

            if (!Vector256.EqualsAll(check, Vector256<float>.Zero))
            {
                return false;
            }

            for (int j = 0; j < 8; j++)
            {
                lo = Math.Min(lo, mins[j]);
                hi = Math.Max(hi, maxs[j]);
            }
        }

        for (; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return false;
            }

            lo = Math.Min(lo, values[i]);
            hi = Math.Max(hi, values[i]);
        }

        low = lo;
        high = hi;
        return true;
    }

    private static int Chunks(int length) => (length + ChunkLength - 1) / ChunkLength;

    private static ParallelOptions Options(int threads) => new() { MaxDegreeOfParallelism = threads };
}
