using System.Buffers.Binary;

namespace Pare.Formats.Packed;

/// <summary>Reads the header and the directory; every number is checked against its bound, every error says what and where.</summary>
internal ref struct VarintReader(ReadOnlySpan<byte> bytes, long offset)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; set; }

    public readonly int Left => _bytes.Length - Position;

    public int Byte(string what) => Bytes(1, what)[0];

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4, what));

    public ReadOnlySpan<byte> Bytes(int count, string what)
    {
        if (count > Left)
        {
            throw Error($"the file ends early in {what}");
        }

        Position += count;
        return _bytes.Slice(Position - count, count);
    }

    public ulong Varint(string what)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int b = Byte(what);
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
            {
                return value;
            }
        }

        throw Error($"{what} is no number: more than nine bytes");
    }

    public ulong Bounded(string what, ulong most, string? why = null)
    {
        ulong value = Varint(what);
        return value <= most ? value : throw Error($"{what} is {value}, more than {most}{(why is null ? "" : ", " + why)}");
    }

    public readonly ModelFormatException Error(string message) => new(PackedHeader.Format, message, offset + Position);
}
