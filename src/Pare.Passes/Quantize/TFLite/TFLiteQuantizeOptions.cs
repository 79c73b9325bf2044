namespace Pare.Passes.Quantize.TFLite;

/// <summary>What <see cref="QuantizeTFLitePass"/> does.</summary>
public sealed record TFLiteQuantizeOptions
{
    /// <summary>The scheme.</summary>
    public required TFLiteScheme Scheme { get; init; }

    /// <summary>Weights with fewer elements stay as they are, in schemes of 8 bits. Default 256; those whose scales would take what the codes save stay too.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>One scale for each output channel; else one for each tensor. Default true.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>Inputs that share a scale in 4-bit matrix products with scales in <see cref="WeightScales"/>; 0 for one scale an output channel.</summary>
    public int GroupSize { get; init; }

    /// <summary>Scales of weights that lie on their grid already, by the constant's name: one for each channel, group by group within it.</summary>
    public IReadOnlyDictionary<string, float[]> WeightScales { get; init; } = new Dictionary<string, float[]>();

    /// <summary>Globs of the constants that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the constants that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
