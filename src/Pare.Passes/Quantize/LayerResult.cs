namespace Pare.Passes.Quantize;

/// <summary>What became of one layer.</summary>
public sealed record LayerResult
{
    /// <summary>The layer in the original model.</summary>
    public required LinearLayer Layer { get; init; }

    /// <summary>Its weight.</summary>
    public required CodedWeight Weight { get; init; }

    /// <summary>Its bias; null where it has none.</summary>
    public CodedWeight? Bias { get; init; }

    /// <summary>Bits of the weight's codes by a dry run of the coder on their own.</summary>
    public required double Bits { get; init; }

    /// <summary>Predicted cost in the answers' divergence.</summary>
    public required double Distortion { get; init; }
}
