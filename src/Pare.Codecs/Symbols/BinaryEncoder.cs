namespace Pare.Codecs;

/// <summary>
/// A carry-less binary arithmetic encoder: the interval [low, high] of 32-bit numbers is split in proportion to the probability; leading bytes that no longer
/// change are written.
/// </summary>
internal struct BinaryEncoder(ByteSink sink) : IBinaryCoder
{
    private uint _low;
    private uint _high = uint.MaxValue;

    public int Code(int bit, int one)
    {
        uint range = _high - _low;
        uint middle = _low + (range >> 16) * (uint)one + (((range & 0xffff) * (uint)one) >> 16);
        if (bit != 0)
        {
            _high = middle;
        }
        else
        {
            _low = middle + 1;
        }

        while (((_low ^ _high) & 0xff000000) == 0)
        {
            sink.Add((byte)(_high >> 24));
            _low <<= 8;
            _high = (_high << 8) | 0xff;
        }

        return bit;
    }

    /// <summary>Writes the fewest bytes that, followed by zeros without end, lie in the interval.</summary>
    public void Finish()
    {
        for (int bytes = 0; bytes <= 4; bytes++)
        {
            ulong unit = 1UL << (32 - 8 * bytes);
            ulong value = (_low + unit - 1) / unit * unit;
            if (value <= _high)
            {
                for (int k = 0; k < bytes; k++)
                {
                    sink.Add((byte)(value >> (24 - 8 * k)));
                }

                return;
            }
        }
    }
}
