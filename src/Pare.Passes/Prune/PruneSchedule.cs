namespace Pare.Passes.Prune;

/// <summary>How the sparsity asked for is spread over the tensors.</summary>
public enum PruneSchedule
{
    /// <summary>Every tensor loses the same part.</summary>
    Uniform,

    /// <summary>One threshold on scores that tensors share: layer-adaptive magnitudes (Lee et al., LAMP, 2021).</summary>
    Global,

    /// <summary>Each tensor is pruned by itself on data to see what that does to the answers; the sum of the damage is kept least.</summary>
    Sensitivity,
}
