namespace Pare.Passes.Quantize.TFLite;

/// <summary>What <see cref="QuantizeTFLitePass"/> does.</summary>
public sealed record TFLiteQuantizeOptions
{
    /// <summary>The scheme.</summary>
    public required TFLiteScheme Scheme { get; init; }

    /// <summary>Weights with fewer elements stay as they are, in schemes of 8 bits. Default 256; those whose scales would take what the codes save stay too.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
