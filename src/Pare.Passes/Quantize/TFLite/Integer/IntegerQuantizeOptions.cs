namespace Pare.Passes.Quantize.TFLite;

/// <summary>What <see cref="QuantizeTFLiteIntegerPass"/> does.</summary>
public sealed record IntegerQuantizeOptions
{
    /// <summary>Ranges of the activations, by name.</summary>
    public required ActivationRanges Ranges { get; init; }

    /// <summary>16-bit activations rather than int8.</summary>
    public bool Wide { get; init; }

    /// <summary>What inputs and outputs are.</summary>
    public IntegerInterface Interface { get; init; } = IntegerInterface.Float;

    /// <summary>One scale for each output channel of the weights; else one for each tensor. Default true.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>Whether a model that would keep a node on real numbers is refused. Default false.</summary>
    public bool IntegerOnly { get; init; }

    /// <summary>Scales of weights that lie on their grid already, by the constant's name: one for each channel, or one in all.</summary>
    public IReadOnlyDictionary<string, float[]> WeightScales { get; init; } = new Dictionary<string, float[]>();

    /// <summary>Globs of the nodes that are quantized, by their names, their outputs' or their constants'; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the nodes that stay on real numbers.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
