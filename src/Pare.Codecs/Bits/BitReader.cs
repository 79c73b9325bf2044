namespace Pare.Codecs;

/// <summary>Reads what <see cref="BitWriter"/> wrote.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _pending;
    private int _count;

    /// <summary>Bytes taken.</summary>
    public int Position { get; private set; }

    /// <summary>Reads a number of 0 to 32 bits.</summary>
    /// <exception cref="CodecException">There are not as many left.</exception>
    public uint Read(int bits)
    {
        while (_count < bits)
        {
            if (Position == _bytes.Length)
            {
                throw new CodecException("bits", $"the stream ends early: {bits - _count} more bits expected", Position);
            }

            _pending |= (ulong)_bytes[Position++] << _count;
            _count += 8;
        }

        uint value = (uint)(_pending & ((1UL << bits) - 1));
        _pending >>= bits;
        _count -= bits;
        return value;
    }
}
