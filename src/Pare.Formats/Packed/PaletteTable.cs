using System.Buffers.Binary;

namespace Pare.Formats.Packed;

/// <summary>Finds out whether an array has few distinct values, and which.</summary>
internal static class PaletteTable
{
    private const int Most = 4096;
    private const int Sample = 4096;

    /// <summary>The distinct elements, numbers by their value (floats from the least to the greatest), or null where they are too many to pay.</summary>
    public static byte[]? Find(ReadOnlySpan<byte> bytes, int width)
    {
        int count = bytes.Length / width;
        int most = Math.Min(Most, count / 8);
        HashSet<ulong> distinct = [];

        // A sample spread over the array turns most away.
        int stride = Math.Max(1, count / Sample);
        int seen = 0;
        for (int k = 0; k < count; k += stride, seen++)
        {
            distinct.Add(Element(bytes, width, k));
        }

        if (distinct.Count > Math.Min(most, Math.Max(16, seen / 2)))
        {
            return null;
        }

        for (int k = 0; k < count; k++)
        {
            if (distinct.Add(Element(bytes, width, k)) && distinct.Count > most)
            {
                return null;
            }
        }

        ulong sign = 1UL << (8 * width - 1);
        ulong[] sorted = [.. distinct];
        ulong[] keys = [.. sorted.Select(v => (v & sign) != 0 ? sign - 1 - (v & (sign - 1)) : v | sign)];
        Array.Sort(keys, sorted);
        byte[] table = new byte[sorted.Length * width];
        Span<byte> eight = stackalloc byte[8];
        for (int k = 0; k < sorted.Length; k++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, sorted[k]);
            eight[..width].CopyTo(table.AsSpan(k * width));
        }

        return table;
    }

    /// <summary>For each element its place in the table.</summary>
    public static int[] Indices(ReadOnlySpan<byte> bytes, int width, ReadOnlySpan<byte> table)
    {
        Dictionary<ulong, int> places = [];
        for (int k = 0; k < table.Length / width; k++)
        {
            places.Add(Element(table, width, k), k);
        }

        int[] indices = new int[bytes.Length / width];
        for (int k = 0; k < indices.Length; k++)
        {
            indices[k] = places[Element(bytes, width, k)];
        }

        return indices;
    }

    private static ulong Element(ReadOnlySpan<byte> bytes, int width, int index) => width switch
    {
        1 => bytes[index],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * index)..]),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * index)..]),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * index)..]),
    };
}
