using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Codecs;

/// <summary>Sorts binary32 values by radix: three passes of 11 bits over the bit patterns in the order of the numbers. -0 comes before 0, NaNs at the ends by their signs.</summary>
internal static class FloatSort
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;
    private const int Passes = 3;
    private const int RadixFrom = 1024;

    /// <summary>Sorts in place, ascending.</summary>
    public static void Sort(Span<float> values)
    {
        if (values.Length < RadixFrom)
        {
            values.Sort();
            return;
        }

        uint[] rented = ArrayPool<uint>.Shared.Rent(values.Length);
        int[] counts = ArrayPool<int>.Shared.Rent(Passes * Digits);
        Span<int> starts = counts.AsSpan(0, Passes * Digits);
        starts.Clear();
        Span<uint> from = MemoryMarshal.Cast<float, uint>(values);
        Span<uint> to = rented.AsSpan(0, values.Length);
        foreach (ref uint x in from)
        {
            // Negative numbers turned round, positive ones above them.
            x ^= (uint)((int)x >> 31) | 0x80000000u;
            starts[(int)(x & (Digits - 1))]++;
            starts[Digits + (int)((x >> DigitBits) & (Digits - 1))]++;
            starts[(2 * Digits) + (int)(x >> (2 * DigitBits))]++;
        }

        for (int pass = 0; pass < Passes; pass++)
        {
            Span<int> own = starts.Slice(pass * Digits, Digits);
            int sum = 0;
            foreach (ref int start in own)
            {
                (start, sum) = (sum, sum + start);
            }

            foreach (uint x in from)
            {
                to[own[(int)((x >> (pass * DigitBits)) & (Digits - 1))]++] = x;
            }

            Span<uint> next = from;
            from = to;
            to = next;
        }

        // After three passes the sorted keys lie in the rented array.
        for (int i = 0; i < from.Length; i++)
        {
            uint x = from[i];
            to[i] = x ^ ((uint)((int)~x >> 31) | 0x80000000u);
        }

        ArrayPool<uint>.Shared.Return(rented);
        ArrayPool<int>.Shared.Return(counts);
    }
}
