using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pare.Codecs;

/// <summary>Undoes <see cref="RansEncoder"/>: a plain loop, and one over 32 lanes with AVX2 that gives the same symbols.</summary>
internal static unsafe class RansDecoder
{
    /// <summary>Lanes that the vector loop needs.</summary>
    public const int VectorLanes = 32;

    private static readonly int[] s_places = MakePlaces();

    /// <summary>Decodes a block's symbols.</summary>
    /// <param name="table">The block's table.</param>
    /// <param name="states">One a lane.</param>
    /// <param name="words">All words of the stream.</param>
    /// <param name="at">The next word; advanced.</param>
    /// <param name="symbols">Where they go; starts at lane 0.</param>
    /// <param name="vector">Whether vectors may be used.</param>
    public static void Decode(RansTable table, Span<uint> states, ReadOnlySpan<ushort> words, ref int at, Span<byte> symbols, bool vector)
    {
        int done = vector && Avx2.IsSupported && states.Length == VectorLanes ? DecodeVector(table, states, words, ref at, symbols) : 0;
        DecodeScalar(table, states, words, ref at, symbols[done..]);
    }

    private static void DecodeScalar(RansTable table, Span<uint> states, ReadOnlySpan<ushort> words, ref int at, Span<byte> symbols)
    {
        ReadOnlySpan<uint> slots = table.Slots;
        int lanes = states.Length;
        int next = at;
        for (int i = 0; i < symbols.Length; i++)
        {
            ref uint state = ref states[i & (lanes - 1)];
            uint entry = slots[(int)(state & (RansTable.Total - 1))];
            uint x = (((entry >> 8) & 0xfff) + 1) * (state >> RansTable.Bits) + (entry >> 20);
            if (x < RansEncoder.Lowest)
            {
                if (next >= words.Length)
                {
                    throw new CodecException("rans", "the words end early", 2L * words.Length);
                }

                x = (x << 16) | words[next++];
            }

            symbols[i] = (byte)entry;
            state = x;
        }

        at = next;
    }

    // Stops where less than 32 symbols or words are left.
    private static int DecodeVector(RansTable table, Span<uint> states, ReadOnlySpan<ushort> words, ref int at, Span<byte> symbols)
    {
        fixed (uint* slots = table.Slots)
        fixed (uint* lanes = states)
        fixed (ushort* word = words)
        fixed (byte* target = symbols)
        fixed (int* places = s_places)
        {
            Vector256<uint> a = Vector256.Load(lanes);
            Vector256<uint> b = Vector256.Load(lanes + 8);
            Vector256<uint> c = Vector256.Load(lanes + 16);
            Vector256<uint> d = Vector256.Load(lanes + 24);
            Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
            Vector256<uint> low = Vector256.Create(0xffu);
            ushort* next = word + at;
            ushort* lastStart = word + words.Length - VectorLanes;
            int i = 0;
            for (; i <= symbols.Length - VectorLanes && next <= lastStart; i += VectorLanes)
            {
                Vector256<uint> ea = Lookup(slots, a);
                Vector256<uint> eb = Lookup(slots, b);
                Vector256<uint> ec = Lookup(slots, c);
                Vector256<uint> ed = Lookup(slots, d);
                a = Renew(Advance(a, ea), ref next, places);
                b = Renew(Advance(b, eb), ref next, places);
                c = Renew(Advance(c, ec), ref next, places);
                d = Renew(Advance(d, ed), ref next, places);

                // 4 x 8 numbers below 256 to 32 bytes; packing works within halves, so the order is mended at the end.
                Vector256<ushort> ab = Avx2.PackUnsignedSaturate((ea & low).AsInt32(), (eb & low).AsInt32());
                Vector256<ushort> cd = Avx2.PackUnsignedSaturate((ec & low).AsInt32(), (ed & low).AsInt32());
                Vector256<byte> packed = Avx2.PackUnsignedSaturate(ab.AsInt16(), cd.AsInt16());
                Avx2.PermuteVar8x32(packed.AsInt32(), order).AsByte().Store(target + i);
            }

            a.Store(lanes);
            b.Store(lanes + 8);
            c.Store(lanes + 16);
            d.Store(lanes + 24);
            at = (int)(next - word);
            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Lookup(uint* slots, Vector256<uint> state) =>
        Avx2.GatherVector256(slots, (state & Vector256.Create((uint)RansTable.Total - 1)).AsInt32(), 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Advance(Vector256<uint> state, Vector256<uint> entry) =>
        (((entry >> 8) & Vector256.Create(0xfffu)) + Vector256<uint>.One) * (state >> RansTable.Bits) + (entry >> 20);

    // Lanes below the least state take a word each, in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Renew(Vector256<uint> state, ref ushort* next, int* places)
    {
        Vector256<uint> needs = Vector256.Equals(state >> 16, Vector256<uint>.Zero);
        uint mask = needs.ExtractMostSignificantBits();
        Vector256<int> fresh = Avx2.PermuteVar8x32(Avx2.ConvertToVector256Int32(next), Vector256.Load(places + 8 * mask));
        next += BitOperations.PopCount(mask);
        return Vector256.ConditionalSelect(needs, (state << 16) | fresh.AsUInt32(), state);
    }

    // For each set of lanes: which word goes to which lane.
    private static int[] MakePlaces()
    {
        int[] places = new int[256 * 8];
        for (int mask = 0; mask < 256; mask++)
        {
            int used = 0;
            for (int lane = 0; lane < 8; lane++)
            {
                places[mask * 8 + lane] = (mask >> lane & 1) != 0 ? used++ : 0;
            }
        }

        return places;
    }
}
