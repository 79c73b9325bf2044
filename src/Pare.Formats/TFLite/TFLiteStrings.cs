using System.Buffers.Binary;

namespace Pare.Formats.TFLite;

/// <summary>
/// The stored form of string tensors: the number of strings, the place of each and of the end, counted from the start of the buffer, all 32-bit, then the strings.
/// Source: string_util.h of LiteRT.
/// </summary>
internal static class TFLiteStrings
{
    /// <summary>Takes a buffer apart.</summary>
    /// <exception cref="GraphException">Lengths or places are wrong.</exception>
    public static List<ReadOnlyMemory<byte>> Decode(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> all = bytes.Span;
        if (all.Length < 4)
        {
            throw new GraphException($"a buffer of {all.Length} bytes is too short for strings");
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(all);
        if (count < 0 || count > (all.Length - 8) / 4)
        {
            throw new GraphException($"a buffer of {all.Length} bytes claims {count} strings");
        }

        List<ReadOnlyMemory<byte>> strings = new(count);
        for (int i = 0; i < count; i++)
        {
            int start = BinaryPrimitives.ReadInt32LittleEndian(all[(4 + (i * 4))..]);
            int end = BinaryPrimitives.ReadInt32LittleEndian(all[(8 + (i * 4))..]);
            if (start < 0 || end < start || end > all.Length)
            {
                throw new GraphException($"string {i} claims the bytes {start} to {end} of a buffer of {all.Length}");
            }

            strings.Add(bytes[start..end]);
        }

        return strings;
    }

    /// <summary>Puts a buffer together.</summary>
    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> strings)
    {
        int at = 8 + (strings.Count * 4);
        byte[] bytes = new byte[at + strings.Sum(s => s.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, strings.Count);
        for (int i = 0; i < strings.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 + (i * 4)), at);
            strings[i].CopyTo(bytes.AsMemory(at));
            at += strings[i].Length;
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 + (strings.Count * 4)), at);
        return bytes;
    }
}
