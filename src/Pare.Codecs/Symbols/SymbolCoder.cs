namespace Pare.Codecs;

/// <summary>
/// Codes the integer symbols of one weight tensor densely: quantized codes or palette indices, by context mixing and binary arithmetic coding in integers.
/// Several tensors of a model cost less together, see <see cref="SymbolGroupEncoder"/>. Stateless and thread-safe; the same symbols give the same bytes everywhere.
/// </summary>
public static class SymbolCoder
{
    /// <summary>Codes symbols.</summary>
    /// <param name="symbols">The symbols in the tensor's flat order, any 32-bit values; small magnitudes around zero cost least.</param>
    /// <param name="layout">How they lie; the decoder must be given the same.</param>
    /// <param name="options">How hard to try; null takes <see cref="SymbolCoderOptions.Default"/>.</param>
    /// <returns>The coded bytes, without the layout.</returns>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    public static byte[] Encode(ReadOnlySpan<int> symbols, SymbolLayout layout, SymbolCoderOptions? options = null)
    {
        SymbolGroupEncoder group = new(options);
        group.Append(symbols, layout);
        return group.Finish();
    }

    /// <summary>Decodes symbols.</summary>
    /// <param name="bytes">All bytes that <see cref="Encode"/> gave.</param>
    /// <param name="layout">The layout given to <see cref="Encode"/>.</param>
    /// <param name="symbols">Where they go.</param>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    /// <exception cref="CodecException">The bytes are damaged and it shows; damage that does not show gives wrong symbols.</exception>
    public static void Decode(ReadOnlyMemory<byte> bytes, SymbolLayout layout, Span<int> symbols)
    {
        SymbolGroupDecoder group = new(bytes);
        group.Decode(layout, symbols);
        group.Finish();
    }

    /// <summary>What the symbols cost: a dry run of the coder.</summary>
    /// <param name="symbols">The symbols in the tensor's flat order.</param>
    /// <param name="layout">How they lie.</param>
    /// <param name="options">How hard to try; null takes <see cref="SymbolCoderOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The layout does not count as many symbols.</exception>
    public static SymbolCosts Measure(ReadOnlySpan<int> symbols, SymbolLayout layout, SymbolCoderOptions? options = null) => new SymbolGroupEncoder(options).Measure(symbols, layout);
}
