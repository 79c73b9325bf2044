namespace Pare.Codecs;

/// <summary>Undoes <see cref="BinaryEncoder"/>. Beyond the end it reads zeros, of which an undamaged stream needs at most four.</summary>
internal struct BinaryDecoder : IBinaryCoder
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private uint _low;
    private uint _high = uint.MaxValue;
    private uint _code;
    private int _position;

    public BinaryDecoder(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        for (int k = 0; k < 4; k++)
        {
            _code = (_code << 8) | Next();
        }
    }

    /// <summary>Bytes taken, with the four of look-ahead.</summary>
    public readonly int Position => _position;

    public int Code(int bit, int one)
    {
        uint range = _high - _low;
        uint middle = _low + (range >> 16) * (uint)one + (((range & 0xffff) * (uint)one) >> 16);
        int result;
        if (_code <= middle)
        {
            _high = middle;
            result = 1;
        }
        else
        {
            _low = middle + 1;
            result = 0;
        }

        while (((_low ^ _high) & 0xff000000) == 0)
        {
            _low <<= 8;
            _high = (_high << 8) | 0xff;
            _code = (_code << 8) | Next();
        }

        return result;
    }

    private uint Next()
    {
        int at = _position++;
        ReadOnlySpan<byte> bytes = _bytes.Span;
        if (at < bytes.Length)
        {
            return bytes[at];
        }

        if (at >= bytes.Length + 4)
        {
            throw new CodecException("symbols", "the stream ends early", bytes.Length);
        }

        return 0;
    }
}
