using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Pare.Codecs;

/// <summary>
/// The fastest coder for quantized weights: symbols between -127 and 127 as bytes, others by a side list, coded by interleaved rANS with static 12-bit tables
/// (<see cref="PlaneCoder"/> on bytes). Blind to neighbours, but tables change with the weights. The bytes do not depend on the number of threads. Stateless and thread-safe.
/// </summary>
public static unsafe class RansCoder
{
    private const int Escape = -128;
    private const int ChunkSize = 1 << 20;

    /// <summary>Codes symbols.</summary>
    /// <param name="symbols">Any 32-bit values.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <returns>The coded bytes, without the number of symbols.</returns>
    public static byte[] Encode(ReadOnlySpan<int> symbols, int threads = 0)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(symbols.Length);
        ByteSink large = new();
        int count = symbols.Length;
        int chunks = (count + ChunkSize - 1) / ChunkSize;
        fixed (int* start = symbols)
        {
            int* first = start;
            bool[] escapes = new bool[chunks];
            Workers.For(chunks, threads, k =>
            {
                int from = k * ChunkSize;
                int to = Math.Min(count, from + ChunkSize);
                escapes[k] = Narrow(new ReadOnlySpan<int>(first + from, to - from), bytes.AsSpan(from, to - from));
            });
            if (escapes.Contains(true))
            {
                foreach (int symbol in symbols)
                {
                    if (symbol is < -127 or > 127)
                    {
                        large.AddLittleEndian<int>([symbol]);
                    }
                }
            }
        }

        // Number of large symbols, these, then the bytes.
        byte[] head = new byte[4 + large.Count + (symbols.IsEmpty ? 0 : 1)];
        BinaryPrimitives.WriteInt32LittleEndian(head, large.Count / 4);
        large.Span.CopyTo(head.AsSpan(4));
        return symbols.IsEmpty ? head : PlaneChunks.Encode(head, bytes, PlaneElement.Bytes, threads);
    }

    /// <summary>Decodes symbols.</summary>
    /// <param name="bytes">All bytes that <see cref="Encode"/> gave.</param>
    /// <param name="symbols">Where they go; its length is their number.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <exception cref="CodecException">The bytes are damaged and it shows.</exception>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<int> symbols, int threads = 0)
    {
        if (bytes.Length < 4)
        {
            throw new CodecException("rans", $"4 bytes expected, found {bytes.Length}", bytes.Length);
        }

        int large = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (large < 0 || large > (bytes.Length - 4) / 4 || large > symbols.Length)
        {
            throw new CodecException("rans", $"{large} large symbols among {symbols.Length} in {bytes.Length} bytes", 0);
        }

        byte[] narrow = GC.AllocateUninitializedArray<byte>(symbols.Length);
        PlaneCoder.Decode(bytes[(4 + 4 * large)..], PlaneElement.Bytes, narrow, threads);
        int count = symbols.Length;
        fixed (int* start = symbols)
        {
            int* first = start;
            Workers.For((count + ChunkSize - 1) / ChunkSize, threads, k =>
            {
                int from = k * ChunkSize;
                int to = Math.Min(count, from + ChunkSize);
                Widen(narrow.AsSpan(from, to - from), new Span<int>(first + from, to - from));
            });
        }

        if (large > 0)
        {
            Restore(bytes.Slice(4, 4 * large), symbols);
        }
    }

    // Whether a symbol did not fit.
    private static bool Narrow(ReadOnlySpan<int> symbols, Span<byte> bytes)
    {
        int outside = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            int symbol = symbols[i];
            int kept = (uint)(symbol + 127) <= 254 ? symbol : Escape;
            outside |= kept ^ symbol;
            bytes[i] = (byte)kept;
        }

        return outside != 0;
    }

    private static void Widen(ReadOnlySpan<byte> bytes, Span<int> symbols)
    {
        int i = 0;
        for (; i <= bytes.Length - 16; i += 16)
        {
            Vector128<sbyte> v = Vector128.Create(bytes.Slice(i, 16)).AsSByte();
            (Vector128<short> low, Vector128<short> high) = Vector128.Widen(v);
            (Vector128<int> a, Vector128<int> b) = Vector128.Widen(low);
            (Vector128<int> c, Vector128<int> d) = Vector128.Widen(high);
            Vector128.CopyTo(a, symbols[i..]);
            Vector128.CopyTo(b, symbols[(i + 4)..]);
            Vector128.CopyTo(c, symbols[(i + 8)..]);
            Vector128.CopyTo(d, symbols[(i + 12)..]);
        }

        for (; i < bytes.Length; i++)
        {
            symbols[i] = (sbyte)bytes[i];
        }
    }

    private static void Restore(ReadOnlySpan<byte> large, Span<int> symbols)
    {
        int at = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            if (symbols[i] == Escape)
            {
                if (at == large.Length)
                {
                    throw new CodecException("rans", $"symbol {i} is large, but no large one is left", 4 + at);
                }

                symbols[i] = BinaryPrimitives.ReadInt32LittleEndian(large[at..]);
                at += 4;
            }
        }

        if (at != large.Length)
        {
            throw new CodecException("rans", $"{(large.Length - at) / 4} large symbols are left over", 4 + at);
        }
    }
}
