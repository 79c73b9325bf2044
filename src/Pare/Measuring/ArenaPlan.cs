namespace Pare.Workflows;

/// <summary>Where the tensors of a run lie in one block of memory. Immutable.</summary>
public sealed record ArenaPlan
{
    /// <summary>Bytes of the block.</summary>
    public required long Bytes { get; init; }

    /// <summary>The least that any plan could do with: the most bytes that are alive at once.</summary>
    public required long LiveBytes { get; init; }

    /// <summary>Name of the operator at which the most bytes are alive; empty for a graph without operators.</summary>
    public required string PeakOperator { get; init; }

    /// <summary>The places, in the order in which they were given.</summary>
    public required IReadOnlyList<ArenaTensor> Tensors { get; init; }

    /// <summary>Names of tensors whose rank or element type is not known, which have no place: the plan is then too small.</summary>
    public required IReadOnlyList<string> Unsized { get; init; }
}
