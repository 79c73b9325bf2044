namespace Pare.Codecs;

/// <summary>Decodes what <see cref="ByteCoder"/> wrote, piece by piece. Not thread-safe.</summary>
public sealed class ByteDecoder
{
    private readonly ByteModel _model;
    private readonly int _codedLength;
    private BinaryDecoder _coder;
    private int _left;

    /// <summary>Starts to decode.</summary>
    /// <param name="coded">All bytes that <see cref="ByteCoder.Encode"/> gave; kept, not copied.</param>
    /// <param name="length">Bytes that were coded, at most <see cref="ByteCoder.MaxLength"/>.</param>
    /// <param name="stride">The stride given to <see cref="ByteCoder.Encode"/>.</param>
    public ByteDecoder(ReadOnlyMemory<byte> coded, int length, int stride = 4)
    {
        ByteCoder.Check(length, stride);
        _model = new ByteModel(length, stride);
        _coder = new BinaryDecoder(coded);
        _codedLength = coded.Length;
        _left = length;
    }

    /// <summary>Coded bytes taken so far, nearly: the decoder looks four ahead.</summary>
    public int Position => Math.Clamp(_coder.Position - 4, 0, _codedLength);

    /// <summary>Decodes the next bytes.</summary>
    /// <param name="destination">Filled entirely.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many left.</exception>
    /// <exception cref="CodecException">The bytes are damaged and it shows; damage that does not show gives wrong bytes.</exception>
    public void Decode(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, _left, nameof(destination));
        _left -= destination.Length;
        for (int k = 0; k < destination.Length; k++)
        {
            destination[k] = _model.Code(ref _coder, 0);
        }
    }

    /// <summary>Checks that all bytes were decoded and all coded ones used.</summary>
    /// <exception cref="CodecException">Some are left over.</exception>
    public void Finish()
    {
        if (_left > 0 || _coder.Position < _codedLength)
        {
            throw new CodecException("bytes", $"{_codedLength - _coder.Position} coded bytes and {_left} others are left over", _coder.Position);
        }
    }
}
