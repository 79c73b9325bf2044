using System.Buffers.Binary;
using System.Text;

namespace Pare.Passes.Conversion;

/// <summary>
/// The map in which custom operators keep their options: a FlexBuffer read from its end (last byte: width of the root, before it its type). Keys are texts, sorted; numbers
/// stand in the map's own width. Every place is checked against the bytes. Source: flexbuffers.h of FlatBuffers. Immutable.
/// </summary>
internal sealed class FlexMap
{
    private const int MostEntries = 4096;
    private readonly Dictionary<string, double> _numbers = new(StringComparer.Ordinal);

    private FlexMap()
    {
    }

    /// <summary>A number; the default where the map has none of that name.</summary>
    public double Number(string name, double absent) => _numbers.GetValueOrDefault(name, absent);

    /// <summary>Reads a map.</summary>
    /// <exception cref="LoweringException">The bytes are no map of numbers.</exception>
    public static FlexMap Read(ReadOnlySpan<byte> bytes)
    {
        FlexMap map = new();
        if (bytes.Length < 3)
        {
            return map;
        }

        int rootWidth = bytes[^1];
        int type = bytes[^2] >> 2;
        int width = 1 << (bytes[^2] & 3);
        const int MapType = 9;
        if (type != MapType || rootWidth is not (1 or 2 or 4 or 8))
        {
            throw new LoweringException("the custom options are no map");
        }

        long root = bytes.Length - 2 - rootWidth;
        long first = root - Unsigned(bytes, root, rootWidth);
        long count = Unsigned(bytes, first - width, width);
        long keys = first - (3 * width) - Unsigned(bytes, first - (3 * width), width);
        int keyWidth = (int)Math.Min(Unsigned(bytes, first - (2 * width), width), 8);
        if (count is < 0 or > MostEntries)
        {
            throw new LoweringException($"the custom options have {count} entries");
        }

        for (long i = 0; i < count; i++)
        {
            long key = keys + (i * keyWidth);
            int entryType = (int)Unsigned(bytes, first + (count * width) + i, 1);
            if (Value(bytes, first + (i * width), width, entryType) is { } number)
            {
                map._numbers[Text(bytes, key - Unsigned(bytes, key, keyWidth))] = number;
            }
        }

        return map;
    }

    // Numbers and truth values in place, and numbers that a place points to; other kinds are passed over.
    private static double? Value(ReadOnlySpan<byte> bytes, long at, int width, int packed) => (packed >> 2) switch
    {
        1 => Signed(bytes, at, width),
        2 or 26 => Unsigned(bytes, at, width),
        3 => Real(bytes, at, width),
        6 => Signed(bytes, at - Unsigned(bytes, at, width), 1 << (packed & 3)),
        7 => Unsigned(bytes, at - Unsigned(bytes, at, width), 1 << (packed & 3)),
        8 => Real(bytes, at - Unsigned(bytes, at, width), 1 << (packed & 3)),
        _ => null,
    };

    private static ReadOnlySpan<byte> Place(ReadOnlySpan<byte> bytes, long at, int width) => at >= 0 && width is 1 or 2 or 4 or 8 && at <= bytes.Length - width ? bytes.Slice((int)at, width)
        : throw new LoweringException("the custom options point outside themselves");

    private static long Unsigned(ReadOnlySpan<byte> bytes, long at, int width)
    {
        ReadOnlySpan<byte> place = Place(bytes, at, width);
        ulong value = width switch
        {
            1 => place[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(place),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(place),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(place),
        };
        return value <= int.MaxValue ? (long)value : throw new LoweringException("the custom options point outside themselves");
    }

    private static double Signed(ReadOnlySpan<byte> bytes, long at, int width)
    {
        ReadOnlySpan<byte> place = Place(bytes, at, width);
        return width switch
        {
            1 => (sbyte)place[0],
            2 => BinaryPrimitives.ReadInt16LittleEndian(place),
            4 => BinaryPrimitives.ReadInt32LittleEndian(place),
            _ => BinaryPrimitives.ReadInt64LittleEndian(place),
        };
    }

    private static double Real(ReadOnlySpan<byte> bytes, long at, int width) => width switch
    {
        2 => (double)BinaryPrimitives.ReadHalfLittleEndian(Place(bytes, at, width)),
        4 => BinaryPrimitives.ReadSingleLittleEndian(Place(bytes, at, width)),
        8 => BinaryPrimitives.ReadDoubleLittleEndian(Place(bytes, at, width)),
        _ => throw new LoweringException("the custom options hold a real number of one byte"),
    };

    private static string Text(ReadOnlySpan<byte> bytes, long at)
    {
        if (at < 0 || at >= bytes.Length)
        {
            throw new LoweringException("the custom options point outside themselves");
        }

        ReadOnlySpan<byte> rest = bytes[(int)at..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
