using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>Removes channels.</summary>
public sealed class PruneChannelsPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="options">Null for the defaults.</param>
    public PruneChannelsPass(PruneOptions? options = null) => Options = options ?? new PruneOptions();

    /// <summary>How it works.</summary>
    public PruneOptions Options { get; }

    /// <summary>Calibration samples; null to go by magnitudes alone.</summary>
    public SampleBatches? Samples { get; init; }

    /// <inheritdoc/>
    public override string Name => "prune_channels";

    /// <inheritdoc/>
    public override string Summary => "remove whole filters";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context) => throw new PassException(Name, "not yet");
}
