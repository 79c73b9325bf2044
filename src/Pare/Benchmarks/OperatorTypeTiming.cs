namespace Pare.Workflows;

/// <summary>What all operators of one type take a run. Immutable.</summary>
public sealed record OperatorTypeTiming
{
    /// <summary>The operator.</summary>
    public required string Operator { get; init; }

    /// <summary>How many nodes of the graph are of it.</summary>
    public required int Nodes { get; init; }

    /// <summary>Mean time a run, in milliseconds.</summary>
    public required double MeanMs { get; init; }

    /// <summary>Part of the time of all operators, from 0 to 1.</summary>
    public required double Share { get; init; }
}
