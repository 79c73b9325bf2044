namespace Pare.Codecs;

/// <summary>Decodes what <see cref="SymbolGroupEncoder"/> wrote, tensor by tensor, in the same order. Not thread-safe.</summary>
public sealed class SymbolGroupDecoder
{
    private readonly SymbolModel _model = new();
    private readonly int _length;
    private BinaryDecoder _coder;

    /// <summary>Starts to decode.</summary>
    /// <param name="bytes">All bytes of the stream; kept, not copied.</param>
    public SymbolGroupDecoder(ReadOnlyMemory<byte> bytes)
    {
        _length = bytes.Length;
        _coder = new BinaryDecoder(bytes);
    }

    /// <summary>Coded bytes taken so far, nearly: the decoder looks four ahead.</summary>
    public int Position => Math.Clamp(_coder.Position - 4, 0, _length);

    /// <summary>Decodes the next tensor.</summary>
    /// <param name="layout">Its layout, as it was given to the encoder.</param>
    /// <param name="symbols">Where its symbols go, in flat order.</param>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    /// <exception cref="CodecException">The bytes are damaged and it shows.</exception>
    public void Decode(SymbolLayout layout, Span<int> symbols)
    {
        SymbolArguments.Check(symbols.Length, layout);
        SymbolGroupEncoder.Run(ref _coder, _model, symbols, layout, default, null);
    }

    /// <summary>Takes bytes that <see cref="SymbolGroupEncoder.AppendPlain"/> appended.</summary>
    /// <param name="bytes">Filled entirely.</param>
    /// <exception cref="CodecException">The stream ends early.</exception>
    public void DecodePlain(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            value = (byte)SymbolProfile.CodeBits(ref _coder, 0, 8);
        }
    }

    /// <summary>Checks that the tensors decoded so far used all bytes.</summary>
    /// <exception cref="CodecException">Bytes are left over.</exception>
    public void Finish()
    {
        if (_coder.Position < _length)
        {
            throw new CodecException("symbols", $"{_length - _coder.Position} bytes are left over", _coder.Position);
        }
    }
}
