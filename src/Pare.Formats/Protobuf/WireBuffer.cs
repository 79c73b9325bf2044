using System.Buffers.Binary;

namespace Pare.Formats.Protobuf;

/// <summary>Builds a message in one array: nested messages are written in place and their length put before them when they end. Not thread-safe.</summary>
internal sealed class WireBuffer
{
    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> ToMemory() => _bytes.AsMemory(0, Length);

    public void Tag(int field, WireType type) => Varint(((ulong)(uint)field << 3) | (ulong)type);

    public void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 128)
        {
            _bytes[Length++] = (byte)(value | 128);
            value >>= 7;
        }

        _bytes[Length++] = (byte)value;
    }

    public void Fixed32(uint value)
    {
        Reserve(4);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(Length), value);
        Length += 4;
    }

    public void Fixed64(ulong value)
    {
        Reserve(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    public void Byte(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>Leaves room for the length of what follows.</summary>
    /// <returns>What <see cref="End"/> needs.</returns>
    public int Begin()
    {
        Byte(0);
        return Length;
    }

    /// <summary>Puts the length of what was written since <see cref="Begin"/> before it.</summary>
    public void End(int start)
    {
        int length = Length - start;
        int more = 0;
        for (int rest = length >> 7; rest > 0; rest >>= 7)
        {
            more++;
        }

        if (more > 0)
        {
            Reserve(more);
            _bytes.AsSpan(start, length).CopyTo(_bytes.AsSpan(start + more));
            Length += more;
        }

        for (int i = 0; i <= more; i++)
        {
            _bytes[start - 1 + i] = (byte)((length >> (7 * i) & 127) | (i < more ? 128 : 0));
        }
    }

    private void Reserve(int count)
    {
        if (Length + (long)count > Array.MaxLength)
        {
            throw new ModelFormatException("text", "the message takes more than 2 GB, the most that protocol buffers can hold");
        }

        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(Length + (long)count, _bytes.LongLength * 2)));
        }
    }
}
