namespace Pare.Codecs;

/// <summary>Undoes <see cref="RangeEncoder"/>. Beyond the end it reads zeros; the caller asks <see cref="Overrun"/> at the end.</summary>
internal ref struct RangeDecoder
{
    private readonly ReadOnlySpan<byte> _bytes;
    private uint _range = uint.MaxValue;
    private uint _code;
    private int _position;

    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        for (int k = 0; k < 4; k++)
        {
            _code = (_code << 8) | Next();
        }
    }

    /// <summary>Whether more bytes were needed than there are, and than the encoder leaves out.</summary>
    public readonly bool Overrun => _position > _bytes.Length + 4;

    /// <summary>Bytes not needed.</summary>
    public readonly int Left => _bytes.Length - _position;

    public int Decode(ref CabacContext context, int fast, int slow)
    {
        uint bound = (_range >> 15) * context.One;
        int bit;
        if (_code < bound)
        {
            _range = bound;
            bit = 1;
        }
        else
        {
            _code -= bound;
            _range -= bound;
            bit = 0;
        }

        context.Learn(bit, fast, slow);
        while (_range < 1 << 24)
        {
            _range <<= 8;
            _code = (_code << 8) | Next();
        }

        return bit;
    }

    public uint DecodePlain(int bits)
    {
        uint value = 0;
        for (int k = 0; k < bits; k++)
        {
            _range >>= 1;
            uint bit = _code >= _range ? 1u : 0;
            _code -= _range & (0 - bit);
            value = (value << 1) | bit;
            while (_range < 1 << 24)
            {
                _range <<= 8;
                _code = (_code << 8) | Next();
            }
        }

        return value;
    }

    private uint Next()
    {
        int at = _position++;
        return at < _bytes.Length ? _bytes[at] : 0u;
    }
}
