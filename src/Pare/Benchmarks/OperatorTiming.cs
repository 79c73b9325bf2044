namespace Pare.Workflows;

/// <summary>What one operator takes a run. Immutable.</summary>
public sealed record OperatorTiming
{
    /// <summary>Its node's name in the graph that was run.</summary>
    public required string Node { get; init; }

    /// <summary>The operator.</summary>
    public required string Operator { get; init; }

    /// <summary>Mean time a run, in milliseconds.</summary>
    public required double MeanMs { get; init; }

    /// <summary>Part of the time of all operators, from 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>Bytes of its outputs.</summary>
    public required long OutputBytes { get; init; }
}
