namespace Pare.Codecs;

/// <summary>A picture reduced to few colours. Immutable.</summary>
/// <param name="Palette">Red, green and blue of each colour.</param>
/// <param name="Indices">The colour of each pixel.</param>
/// <param name="SquaredError">Sum over pixels and channels of the squared difference to the original, in grey levels.</param>
public sealed record ColorPalette(ReadOnlyMemory<byte> Palette, ReadOnlyMemory<byte> Indices, double SquaredError)
{
    /// <summary>Number of colours.</summary>
    public int Count => Palette.Length / 3;
}
