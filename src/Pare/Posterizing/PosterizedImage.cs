namespace Pare.Posterizing;

/// <summary>A picture with few colours. Immutable.</summary>
/// <param name="Png">The PNG file.</param>
/// <param name="Levels">Colours in the palette, or levels a channel.</param>
/// <param name="OriginalPngBytes">What the picture weighs as a PNG with all its colours.</param>
/// <param name="PsnrDb">Peak signal-to-noise ratio to the original in dB; infinite where nothing changed.</param>
public sealed record PosterizedImage(ReadOnlyMemory<byte> Png, int Levels, int OriginalPngBytes, double PsnrDb);
