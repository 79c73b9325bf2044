using System.Runtime.InteropServices;

namespace Pare.Codecs;

/// <summary>Finds arrays of few distinct bit patterns, and puts them back together.</summary>
internal static class PaletteFinder
{
    private const int MostValues = 65536;
    private const int Sample = 4096;

    /// <summary>The distinct elements in ascending order and the index of each element, if the indices take clearly less room than the elements.</summary>
    public static bool TryFind(ReadOnlySpan<byte> values, int width, out byte[] palette, out byte[] indices)
    {
        (palette, indices) = ([], []);
        int count = values.Length / width;
        if (width == 1 || count < 64 || LooksDistinct(values, width))
        {
            return false;
        }

        Dictionary<ulong, int> places = [];
        for (int i = 0; i < count; i++)
        {
            places.TryAdd(Read(values, i, width), 0);
            if (places.Count > Math.Min(MostValues, count / 4) || (width == 2 && places.Count > 256))
            {
                return false;
            }
        }

        ulong[] sorted = [.. places.Keys];
        Array.Sort(sorted);
        palette = new byte[sorted.Length * width];
        for (int k = 0; k < sorted.Length; k++)
        {
            places[sorted[k]] = k;
            for (int b = 0; b < width; b++)
            {
                palette[k * width + b] = (byte)(sorted[k] >> (8 * b));
            }
        }

        int indexWidth = sorted.Length <= 256 ? 1 : 2;
        indices = new byte[count * indexWidth];
        ulong last = Read(values, 0, width);
        int place = places[last];
        for (int i = 0; i < count; i++)
        {
            ulong value = Read(values, i, width);
            if (value != last)
            {
                (last, place) = (value, places[value]);
            }

            indices[i * indexWidth] = (byte)place;
            if (indexWidth == 2)
            {
                indices[i * 2 + 1] = (byte)(place >> 8);
            }
        }

        return true;
    }

    /// <summary>Undoes <see cref="TryFind"/>.</summary>
    /// <exception cref="CodecException">An index is beyond the palette.</exception>
    public static void LookUp(ReadOnlySpan<byte> palette, int width, ReadOnlySpan<byte> indices, int indexWidth, Span<byte> values)
    {
        int limit = palette.Length / width;
        for (int i = 0; i < values.Length / width; i++)
        {
            int index = indexWidth == 1 ? indices[i] : indices[2 * i] | indices[2 * i + 1] << 8;
            if (index >= limit)
            {
                throw new CodecException("planes", $"element {i} has index {index}, the palette {limit} values", 0);
            }

            palette.Slice(index * width, width).CopyTo(values[(i * width)..]);
        }
    }

    // Random weights of 24 or more significant bits hardly ever repeat; a sample tells.
    private static bool LooksDistinct(ReadOnlySpan<byte> values, int width)
    {
        int count = values.Length / width;
        if (count <= Sample)
        {
            return false;
        }

        HashSet<ulong> seen = [];
        for (int i = 0; i < Sample; i++)
        {
            seen.Add(Read(values, (int)((long)i * count / Sample), width));
        }

        return seen.Count > Sample * 7 / 8 && count < 16 * MostValues || seen.Count > Sample * 63 / 64;
    }

    private static ulong Read(ReadOnlySpan<byte> values, int index, int width) => width switch
    {
        1 => values[index],
        2 => MemoryMarshal.Read<ushort>(values[(2 * index)..]),
        4 => MemoryMarshal.Read<uint>(values[(4 * index)..]),
        _ => MemoryMarshal.Read<ulong>(values[(8 * index)..]),
    };
}
