using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Pare.Formats.Protobuf;

/// <summary>
/// Writes protocol buffers messages into memory in pieces: small fields into a growing buffer, large tensors as references, so that a model's weights are
/// copied once, to the stream. Nested messages are built in writers of their own and appended with their length.
/// </summary>
internal sealed class WireWriter
{
    private const int ReferenceFrom = 4096;

    private readonly List<PumpedContent> _pieces = [];
    private byte[] _buffer = [];
    private int _used;
    private int _flushed;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    public void Varint(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        RawVarint(value);
    }

    public void Int64(int field, long value) => Varint(field, unchecked((ulong)value));

    public void Boolean(int field, bool value) => Varint(field, value ? 1u : 0u);

    public void Float(int field, float value)
    {
        Tag(field, WireType.Fixed32);
        RawFixed32(BitConverter.SingleToUInt32Bits(value));
    }

    public void Double(int field, double value)
    {
        Tag(field, WireType.Fixed64);
        RawFixed64(BitConverter.DoubleToUInt64Bits(value));
    }

    public void Text(int field, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Begin(field, length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>Starts a field whose content, of exactly the given length, is written next.</summary>
    public void Begin(int field, long length)
    {
        Tag(field, WireType.Bytes);
        RawVarint((ulong)length);
    }

    /// <summary>Bytes that a number takes as a varint.</summary>
    public static int VarintLength(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Writes a field of bytes; long ones are referenced, not copied, and must not change before the message is written out.</summary>
    public void Bytes(int field, ReadOnlyMemory<byte> value)
    {
        Tag(field, WireType.Bytes);
        RawVarint((ulong)value.Length);
        Raw(value);
    }

    /// <summary>Writes a field of bytes that come from a tensor's dense form, read in parts when the message is written out.</summary>
    public void Bytes(int field, TensorData tensor)
    {
        Tag(field, WireType.Bytes);
        RawVarint((ulong)tensor.ByteLength);
        FlushBuffer();
        _pieces.Add(new PumpedContent(default, tensor));
        Length += tensor.ByteLength;
    }

    /// <summary>Writes a nested message.</summary>
    public void Message(int field, WireWriter message)
    {
        Tag(field, WireType.Bytes);
        RawVarint((ulong)message.Length);
        Append(message);
    }

    /// <summary>Writes whole fields as they stood in a file.</summary>
    public void Raw(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length >= ReferenceFrom)
        {
            FlushBuffer();
            _pieces.Add(new PumpedContent(bytes, null));
            Length += bytes.Length;
            return;
        }

        bytes.Span.CopyTo(Reserve(bytes.Length));
    }

    /// <summary>Writes packed integers.</summary>
    public void PackedInt64(int field, ReadOnlySpan<long> values)
    {
        WireWriter packed = new();
        foreach (long v in values)
        {
            packed.RawVarint(unchecked((ulong)v));
        }

        Message(field, packed);
    }

    /// <summary>Writes packed binary32 values.</summary>
    public void PackedFloat(int field, ReadOnlySpan<float> values)
    {
        Tag(field, WireType.Bytes);
        RawVarint((ulong)values.Length * 4);
        foreach (float v in values)
        {
            RawFixed32(BitConverter.SingleToUInt32Bits(v));
        }
    }

    /// <summary>Writes packed binary64 values.</summary>
    public void PackedDouble(int field, ReadOnlySpan<double> values)
    {
        Tag(field, WireType.Bytes);
        RawVarint((ulong)values.Length * 8);
        foreach (double v in values)
        {
            RawFixed64(BitConverter.DoubleToUInt64Bits(v));
        }
    }

    /// <summary>Copies the message to a stream.</summary>
    public void CopyTo(Stream stream)
    {
        using TensorPump pump = new(stream);
        CopyTo(pump);
        pump.Flush();
    }

    /// <summary>Gives the message to a pump, which writes it by and by.</summary>
    public void CopyTo(TensorPump pump)
    {
        FlushBuffer();
        foreach (PumpedContent p in _pieces)
        {
            pump.Write(p);
        }
    }

    /// <summary>The message as one array; for small ones.</summary>
    public byte[] ToArray()
    {
        using MemoryStream stream = new(checked((int)Length));
        CopyTo(stream);
        return stream.ToArray();
    }

    private void Append(WireWriter other)
    {
        other.FlushBuffer();
        FlushBuffer();
        _pieces.AddRange(other._pieces);
        Length += other.Length;
    }

    private void Tag(int field, WireType type) => RawVarint(((ulong)field << 3) | (ulong)type);

    private void RawVarint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int n = 0;
        while (value >= 128)
        {
            bytes[n++] = (byte)(value | 128);
            value >>= 7;
        }

        bytes[n++] = (byte)value;
        bytes[..n].CopyTo(Reserve(n));
    }

    private void RawFixed32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    private void RawFixed64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    private Span<byte> Reserve(int count)
    {
        if (_used + count > _buffer.Length)
        {
            FlushBuffer();
            _buffer = new byte[Math.Max(count, Math.Clamp(_buffer.Length * 2, 128, 65536))];
            _used = _flushed = 0;
        }

        Span<byte> span = _buffer.AsSpan(_used, count);
        _used += count;
        Length += count;
        return span;
    }

    private void FlushBuffer()
    {
        if (_used > _flushed)
        {
            _pieces.Add(new PumpedContent(_buffer.AsMemory(_flushed, _used - _flushed), null));
            _flushed = _used;
        }
    }
}
