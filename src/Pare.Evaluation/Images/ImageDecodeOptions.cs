namespace Pare.Evaluation;

/// <summary>Limits on pictures, checked against their headers before any pixel is decoded.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>The default limits.</summary>
    public static ImageDecodeOptions Default { get; } = new();

    /// <summary>Most pixels a picture may have (100 million by default: three bytes each are held).</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Most bytes an encoded picture may have (256 MB by default).</summary>
    public long MaxBytes { get; init; } = 256_000_000;
}
