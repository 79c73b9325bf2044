namespace Pare.Codecs;

/// <summary>
/// A binary range encoder with carry (as in LZMA): range of 32 bits, renewed by bytes; probabilities of 15 bits.
/// </summary>
internal struct RangeEncoder(ByteSink sink)
{
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _cache;
    private int _pending;
    private bool _started;

    /// <summary>Codes a decision and lets its context learn.</summary>
    public void Encode(ref CabacContext context, int bit, int fast, int slow)
    {
        uint bound = (_range >> 15) * context.One;
        if (bit != 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        context.Learn(bit, fast, slow);
        while (_range < 1 << 24)
        {
            _range <<= 8;
            ShiftLow();
        }
    }

    /// <summary>Codes bits that are as likely 0 as 1, highest first.</summary>
    public void EncodePlain(uint value, int bits)
    {
        for (int k = bits - 1; k >= 0; k--)
        {
            _range >>= 1;
            _low += _range & (0 - ((value >> k) & 1));
            while (_range < 1 << 24)
            {
                _range <<= 8;
                ShiftLow();
            }
        }
    }

    /// <summary>Writes a number of the interval that ends in as many zeros as can be; the zero bytes at the end are not written.</summary>
    public void Finish()
    {
        for (int zeros = 31; zeros >= 0; zeros--)
        {
            ulong value = (_low + _range - 1) >> zeros << zeros;
            if (value >= _low)
            {
                _low = value;
                break;
            }
        }

        for (int k = 0; k < 5; k++)
        {
            ShiftLow();
        }

        sink.CutZeros(4);
    }

    private void ShiftLow()
    {
        if ((uint)_low < 0xff000000 || _low > uint.MaxValue)
        {
            int carry = (int)(_low >> 32);
            if (_started)
            {
                sink.Add((byte)(_cache + carry));
            }

            for (; _pending > 0; _pending--)
            {
                sink.Add((byte)(0xff + carry));
            }

            _started = true;
            _cache = (byte)(_low >> 24);
        }
        else
        {
            _pending++;
        }

        _low = (_low & 0x00ffffff) << 8;
    }
}
