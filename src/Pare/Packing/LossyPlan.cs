namespace Pare.Packing;

/// <summary>What a search found, enough to encode the model again on the same samples.</summary>
public sealed record LossyPlan
{
    /// <summary>Price of a bit.</summary>
    public required double Lambda { get; init; }

    /// <summary>Whether layers aim at what fits the quantized network's activations.</summary>
    public required bool Refit { get; init; }

    /// <summary>Damping of the refit.</summary>
    public required double RefitDamping { get; init; }

    /// <summary>Whether all samples that were chosen by served for calibration too.</summary>
    public required bool AllSamples { get; init; }

    /// <summary>Steps of the layers.</summary>
    public required IReadOnlyList<LossyLayerStep> Steps { get; init; }
}
