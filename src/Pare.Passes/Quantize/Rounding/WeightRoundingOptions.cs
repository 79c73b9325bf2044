namespace Pare.Passes.Quantize;

/// <summary>How <see cref="WeightRounder"/> puts weights on a grid.</summary>
public sealed record WeightRoundingOptions
{
    /// <summary>Bits of a weight: 8 (codes -127 to 127) or 4 (-7 to 7).</summary>
    public int Bits { get; init; } = 8;

    /// <summary>Consecutive inputs that share a scale, in matrix products whose inputs they divide; 0 for one scale an output channel.</summary>
    public int GroupSize { get; init; }

    /// <summary>Whether one scale serves the whole tensor. Default false: one an output channel.</summary>
    public bool PerTensor { get; init; }

    /// <summary>Whether scales are searched for the least error of the layer's output, rather than taken from the largest weight. Default true.</summary>
    public bool SearchScales { get; init; } = true;

    /// <summary>Whether rounding errors are answered by the weights still to come (GPTQ) and codes then improved one by one. Default true.</summary>
    public bool Feedback { get; init; } = true;

    /// <summary>Whether weights aim at what fits the original's outputs best from the quantized network's activations (least squares). Default true.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Whether the mean of what remains goes into the bias. Default true.</summary>
    public bool CorrectBias { get; init; } = true;

    /// <summary>Part of the mean diagonal added to the second moments of inputs. Default 0.01.</summary>
    public double Damping { get; init; } = 0.01;

    /// <summary>The same where weights are fitted anew. Default 0.1.</summary>
    public double RefitDamping { get; init; } = 0.1;

    /// <summary>About how many multiplications the moments of one layer may take; places are left out evenly beyond it. Default 4e9.</summary>
    public double MomentWork { get; init; } = 4e9;

    /// <summary>Globs of the weights that take part; empty for all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of the weights that do not take part.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Threads to use; results do not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
