using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pare.Codecs;

/// <summary>
/// Codes a chunk of symbols with a range coder: range of 32 bits, renewed by bytes (as in LZMA), probabilities of 15 bits. Everything that a decision changes stays in registers; bytes gather
/// in a buffer for a few hundred symbols, and carries run back over what is written.
/// </summary>
internal static unsafe class CabacEncoder
{
    private const int Batch = 256;

    // Significance, sign, flags, prefix and four groups of plain bits, each of which takes two bytes at most.
    private const int MostOfASymbol = 2 * (2 + CabacModel.Flags + 32 + 4);

    /// <summary>Codes symbols.</summary>
    /// <param name="symbols">The chunk.</param>
    /// <param name="sink">Receives the bytes.</param>
    /// <param name="contexts">Initial states; they learn.</param>
    /// <param name="rateClass">How fast they learn.</param>
    /// <param name="dependent">Whether contexts follow the trellis' states.</param>
    public static void Encode(ReadOnlySpan<int> symbols, ByteSink sink, Span<CabacContext> contexts, int rateClass, bool dependent)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Batch * MostOfASymbol + 16);
        State state = new() { Range = uint.MaxValue, Before = 1 };
        fixed (byte* output = buffer)
        fixed (CabacContext* c = contexts)
        {
            for (int at = 0; at < symbols.Length; at += Batch)
            {
                int written = Encode(symbols.Slice(at, Math.Min(Batch, symbols.Length - at)), c, output, sink, rateClass, dependent, ref state);
                sink.Add(new ReadOnlySpan<byte>(output, written));
            }
        }

        Finish(sink, state);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static int Encode(ReadOnlySpan<int> symbols, CabacContext* contexts, byte* output, ByteSink sink, int rateClass, bool dependent, ref State state)
    {
        (int fast, int slow) = CabacModel.Rates(rateClass);
        int before = state.Before;
        int trellis = state.Trellis;
        ulong low = state.Low;
        uint range = state.Range;
        int waiting = state.Waiting;
        byte* to = output;
        foreach (int symbol in symbols)
        {
            CabacContext* significance = contexts + CabacModel.Significance + before + 3 * (trellis & 1);
            if (symbol == 0)
            {
                Decision(significance, 0, ref low, ref range, ref waiting, ref to, output, sink, fast, slow);
                before = 1;
            }
            else
            {
                Decision(significance, 1, ref low, ref range, ref waiting, ref to, output, sink, fast, slow);
                int negative = symbol >>> 31;
                Decision(contexts + CabacModel.Sign + before, negative, ref low, ref range, ref waiting, ref to, output, sink, fast, slow);
                uint magnitude = (uint)((symbol ^ -negative) + negative);
                CabacContext* greater = contexts + CabacModel.Greater + negative * CabacModel.Flags;
                int more = 1;
                for (uint k = 1; k <= CabacModel.Flags && more != 0; k++)
                {
                    more = magnitude > k ? 1 : 0;
                    Decision(greater++, more, ref low, ref range, ref waiting, ref to, output, sink, fast, slow);
                }

                if (more != 0)
                {
                    // Exponential Golomb: the length of a number of at least 1 in unary, then its bits below the highest.
                    uint rest = magnitude - CabacModel.Flags;
                    int length = BitOperations.Log2(rest);
                    for (int k = 0; k <= length && k < 31; k++)
                    {
                        Decision(contexts + CabacModel.Prefix + k, k < length ? 1 : 0, ref low, ref range, ref waiting, ref to, output, sink, fast, slow);
                    }

                    for (int left = length; left > 0;)
                    {
                        int bits = Math.Min(left, CabacModel.PlainBits);
                        left -= bits;
                        range >>= bits;
                        low += (ulong)range * ((rest >> left) & ((1u << bits) - 1));
                        Renew(ref low, ref range, ref waiting, ref to, output, sink);
                    }
                }

                before = 2 - 2 * negative;
            }

            if (dependent)
            {
                trellis = DependentStates.Next(trellis, symbol & 1);
            }
        }

        state = new State { Low = low, Range = range, Waiting = waiting, Before = before, Trellis = trellis };
        return (int)(to - output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decision(CabacContext* context, int bit, ref ulong low, ref uint range, ref int waiting, ref byte* to, byte* output, ByteSink sink, int fast, int slow)
    {
        uint bound = (range >> 15) * context->One;
        uint zero = (uint)bit - 1;
        low += bound & zero;
        range = bound + ((range - 2 * bound) & zero);
        context->Learn(bit, fast, slow);
        Renew(ref low, ref range, ref waiting, ref to, output, sink);
    }

    // The lower 32 bits of low belong to the range; above them wait bits that a carry may still change.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Renew(ref ulong low, ref uint range, ref int waiting, ref byte* to, byte* output, ByteSink sink)
    {
        while (range < 1 << 24)
        {
            range <<= 8;
            low <<= 8;
            waiting += 8;
            if (waiting == 24)
            {
                uint two = (uint)(low >> 40);
                low &= (1UL << 40) - 1;
                waiting = 8;
                if (two > 0xffff)
                {
                    Carry(to, output, sink);
                }

                *to++ = (byte)(two >> 8);
                *to++ = (byte)two;
            }
        }
    }

    private static void Carry(byte* to, byte* output, ByteSink sink)
    {
        while (to > output)
        {
            if (++*--to != 0)
            {
                return;
            }
        }

        sink.Carry();
    }

    // A number of the interval that ends in as many zeros as can be; the zero bytes at the end are not written.
    private static void Finish(ByteSink sink, State coder)
    {
        ulong low = coder.Low;
        for (int zeros = 31; zeros >= 0; zeros--)
        {
            ulong value = (low + coder.Range - 1) >> zeros << zeros;
            if (value >= low)
            {
                low = value;
                break;
            }
        }

        if (low >> (32 + coder.Waiting) != 0)
        {
            sink.Carry();
        }

        for (int shift = 24 + coder.Waiting; shift >= 0; shift -= 8)
        {
            sink.Add((byte)(low >> shift));
        }

        sink.CutZeros(4);
    }

    private struct State
    {
        public ulong Low;
        public uint Range;
        public int Waiting;
        public int Before;
        public int Trellis;
    }
}
