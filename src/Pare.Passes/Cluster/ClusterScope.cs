namespace Pare.Passes.Cluster;

/// <summary>What shares a codebook.</summary>
public enum ClusterScope
{
    /// <summary>Each constant has its own.</summary>
    Tensor,

    /// <summary>Each output channel of a weight has its own; constants without known channels count as one.</summary>
    Channel,

    /// <summary>All constants together have one.</summary>
    Model,
}
