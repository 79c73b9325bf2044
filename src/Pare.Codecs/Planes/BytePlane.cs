using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pare.Codecs;

/// <summary>
/// Codes up to 65,536 bytes: as they are, as one repeated byte, or by rANS with a table for every 8,192 of them unless the one before serves as well.
/// </summary>
internal static class BytePlane
{
    /// <summary>Most bytes of a plane.</summary>
    public const int MaxLength = 1 << 16;

    private const byte Raw = 0;
    private const byte Constant = 1;
    private const byte Wide = 2;
    private const byte Narrow = 3;
    private const int NarrowLanes = 2;
    private const int WideFrom = 4096;

    /// <summary>Appends a plane.</summary>
    /// <param name="bytes">The bytes, 1 to <see cref="MaxLength"/>.</param>
    /// <param name="sink">Where they go: a mode, then its data.</param>
    /// <param name="likelyNoise">Look at a sample first, and store the bytes at once if they look like noise.</param>
    public static void Encode(ReadOnlySpan<byte> bytes, ByteSink sink, bool likelyNoise)
    {
        if (!bytes.ContainsAnyExcept(bytes[0]))
        {
            sink.Add(Constant);
            sink.Add(bytes[0]);
            return;
        }

        if ((likelyNoise && LooksLikeNoise(bytes)) || !TryEncodeRans(bytes, sink))
        {
            sink.Add(Raw);
            sink.Add(bytes);
        }
    }

    /// <summary>Decodes a plane.</summary>
    /// <param name="coded">Bytes that start with it.</param>
    /// <param name="bytes">Where its bytes go; at most <see cref="MaxLength"/>.</param>
    /// <param name="vector">Whether vectors may be used.</param>
    /// <returns>Coded bytes taken.</returns>
    public static int Decode(ReadOnlySpan<byte> coded, Span<byte> bytes, bool vector)
    {
        if (coded.IsEmpty)
        {
            throw new CodecException("plane", "no mode byte", 0);
        }

        switch (coded[0])
        {
            case Raw:
                Need(coded, 1 + bytes.Length);
                coded.Slice(1, bytes.Length).CopyTo(bytes);
                return 1 + bytes.Length;
            case Constant:
                Need(coded, 2);
                bytes.Fill(coded[1]);
                return 2;
            case Wide or Narrow:
                return DecodeRans(coded, bytes, coded[0] == Wide ? RansDecoder.VectorLanes : NarrowLanes, vector);
            default:
                throw new CodecException("plane", $"unknown mode {coded[0]}", 0);
        }
    }

    private static bool TryEncodeRans(ReadOnlySpan<byte> bytes, ByteSink sink)
    {
        (RansTable[] tables, double bits) = RansTables.Choose(bytes);
        ByteSink tableBytes = new();
        BitWriter writer = new(tableBytes);
        for (int b = 0; b < tables.Length; b++)
        {
            bool fresh = b == 0 || tables[b] != tables[b - 1];
            if (b > 0)
            {
                writer.Write(fresh ? 1u : 0, 1);
            }

            if (fresh)
            {
                tables[b].Write(writer);
            }
        }

        writer.Finish();
        int lanes = bytes.Length >= WideFrom ? RansDecoder.VectorLanes : NarrowLanes;
        if (bits / 8 + 4 * lanes + 8 >= bytes.Length)
        {
            return false;
        }

        Span<uint> states = stackalloc uint[lanes];
        ushort[] rented = ArrayPool<ushort>.Shared.Rent(bytes.Length + 1);
        Span<ushort> words = rented.AsSpan(0, bytes.Length + 1);
        int at = RansEncoder.Encode(bytes, tables, states, words);
        int count = words.Length - at;
        int size = tableBytes.Count + 4 * lanes + 2 * count + 7;
        if (size >= bytes.Length)
        {
            ArrayPool<ushort>.Shared.Return(rented);
            return false;
        }

        // Mode, size of the tables, number of words, tables, states, words.
        sink.Add(lanes == RansDecoder.VectorLanes ? Wide : Narrow);
        sink.AddLittleEndian<ushort>([(ushort)tableBytes.Count, (ushort)count]);
        sink.Add((byte)(count >> 16));
        sink.Add(tableBytes.Span);
        sink.AddLittleEndian<uint>(states);
        sink.AddLittleEndian<ushort>(words[at..]);
        ArrayPool<ushort>.Shared.Return(rented);
        return true;
    }

    private static int DecodeRans(ReadOnlySpan<byte> coded, Span<byte> bytes, int lanes, bool vector)
    {
        Need(coded, 6);
        int tableSize = BinaryPrimitives.ReadUInt16LittleEndian(coded[1..]);
        int count = coded[3] | coded[4] << 8 | coded[5] << 16;
        int size = 6 + tableSize + 4 * lanes + 2 * count;
        Need(coded, size);
        if (count > bytes.Length + 1)
        {
            throw new CodecException("plane", $"{count} words for {bytes.Length} symbols", 3);
        }

        BitReader reader = new(coded.Slice(6, tableSize));
        Span<uint> states = stackalloc uint[lanes];
        for (int k = 0; k < lanes; k++)
        {
            states[k] = BinaryPrimitives.ReadUInt32LittleEndian(coded[(6 + tableSize + 4 * k)..]);
        }

        ReadOnlySpan<ushort> words = Words(coded.Slice(6 + tableSize + 4 * lanes, 2 * count));
        RansTable table = new();
        int at = 0;
        for (int first = 0; first < bytes.Length; first += RansEncoder.BlockSize)
        {
            if (first == 0 || reader.Read(1) != 0)
            {
                table.Read(ref reader);
            }

            RansDecoder.Decode(table, states, words, ref at, bytes[first..Math.Min(bytes.Length, first + RansEncoder.BlockSize)], vector);
        }

        if (at != count || states.ContainsAnyExcept(RansEncoder.Lowest))
        {
            throw new CodecException("plane", "the states do not end where the encoder began: the bytes are damaged", size);
        }

        return size;
    }

    private static ReadOnlySpan<ushort> Words(ReadOnlySpan<byte> bytes)
    {
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.Cast<byte, ushort>(bytes);
        }

        ushort[] words = new ushort[bytes.Length / 2];
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(bytes), words);
        return words;
    }

    // Every sixteenth of the bytes: would an ideal code save a hundredth of the room?
    private static bool LooksLikeNoise(ReadOnlySpan<byte> bytes)
    {
        const int Sample = 4096;
        if (bytes.Length <= 2 * Sample)
        {
            return false;
        }

        Span<int> counts = stackalloc int[256];
        Histogram.Count(bytes.Slice((bytes.Length - Sample) / 2, Sample), counts);
        double bits = 0;
        int seen = 0;
        foreach (int count in counts)
        {
            bits += count == 0 ? 0 : count * Math.Log2((double)Sample / count);
            seen += count == 0 ? 0 : 1;
        }

        // The plug-in entropy of a sample is too low by (symbols - 1) / 2 nats (Miller and Madow).
        bits += (seen - 1) / (2 * Math.Log(2));
        return bits > 0.99 * 8 * Sample;
    }

    private static void Need(ReadOnlySpan<byte> coded, int size)
    {
        if (coded.Length < size)
        {
            throw new CodecException("plane", $"{size} bytes expected, found {coded.Length}", coded.Length);
        }
    }
}
