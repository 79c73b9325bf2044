namespace Pare.Passes.Cluster;

/// <summary>How <see cref="ClusterPass"/> works.</summary>
public sealed record ClusterOptions
{
    /// <summary>The defaults.</summary>
    public static ClusterOptions Default { get; } = new();

    /// <summary>How many centroids a codebook has, 2 to 65,536.</summary>
    public int Clusters { get; init; } = 32;

    /// <summary>What shares a codebook.</summary>
    public ClusterScope Scope { get; init; } = ClusterScope.Tensor;

    /// <summary>Constants with fewer values stay as they are.</summary>
    public long MinSize { get; init; } = 1024;

    /// <summary>Whether vectors (biases, batch normalization) take part too when they are large enough, as in the first clustering tools for frozen graphs.</summary>
    public bool Vectors { get; init; }

    /// <summary>Whether one centroid is exactly 0. Pruned tensors (more than a twentieth exact zeros) have one in any case.</summary>
    public bool KeepZero { get; init; }

    /// <summary>Which constants take part, by their names; empty selects all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Which constants do not take part, by their names.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
