using System.Buffers.Binary;

namespace Pare.Formats.Packed;

/// <summary>Grows the header and the directory: numbers as varints (7 bits a byte, low first), bytes as such.</summary>
internal sealed class VarintWriter
{
    private byte[] _bytes = new byte[256];
    private int _count;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _count);

    public void Varint(ulong value)
    {
        while (value >= 128)
        {
            Byte((byte)(value | 128));
            value >>= 7;
        }

        Byte((byte)value);
    }

    public void Byte(byte value) => Add([value]);

    public void UInt32(uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        Add(four);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_count + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }
}
