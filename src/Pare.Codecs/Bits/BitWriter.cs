namespace Pare.Codecs;

/// <summary>Appends numbers of 1 to 32 bits, lowest bit first, each byte from its lowest bit.</summary>
internal sealed class BitWriter(ByteSink sink)
{
    private ulong _pending;
    private int _count;

    public void Write(uint value, int bits)
    {
        _pending |= (ulong)value << _count;
        _count += bits;
        while (_count >= 8)
        {
            sink.Add((byte)_pending);
            _pending >>= 8;
            _count -= 8;
        }
    }

    /// <summary>Fills the last byte with zeros.</summary>
    public void Finish()
    {
        if (_count > 0)
        {
            sink.Add((byte)_pending);
            _pending = 0;
            _count = 0;
        }
    }
}
