namespace Pare.Passes.Quantize;

/// <summary>How <see cref="NetworkQuantizer"/> works.</summary>
public sealed record RateDistortionOptions
{
    /// <summary>Part of the mean diagonal that is added to the diagonal of second moments. Default 0.01.</summary>
    public double Damping { get; init; } = 0.01;

    /// <summary>Whether layers aim at what fits the quantized network's activations best instead of at their own weights. Default true.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Damping of the refit, as a part of the mean diagonal: with few samples a refit must not follow them too far. Default 0.3.</summary>
    public double RefitDamping { get; init; } = 0.3;

    /// <summary>
    /// Part of what is known of how output channels' errors add up in the answers that is used: 0 takes channels as independent, 1 trusts the measured covariance of gradients
    /// wholly, so that errors that cancel cost nothing. Default 0.7.
    /// </summary>
    public double Coupling { get; init; } = 0.7;

    /// <summary>Whether steps follow output channels. Default true.</summary>
    public bool ColumnSteps { get; init; } = true;

    /// <summary>Whether steps follow input channels. Default true.</summary>
    public bool RowSteps { get; init; } = true;

    /// <summary>Sweeps at most for each candidate step. Default 4.</summary>
    public int TrialSweeps { get; init; } = 4;

    /// <summary>Sweeps at most at the step chosen. Default 12.</summary>
    public int Sweeps { get; init; } = 12;

    /// <summary>Multiplications spent on the second moments of a layer, at most. Default 1e10.</summary>
    public double MomentWork { get; init; } = 1e10;

    /// <summary>Threads to use; the result does not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
