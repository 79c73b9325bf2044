namespace Pare.Workflows;

/// <summary>What an inference gave. Immutable.</summary>
public sealed record RunReport
{
    /// <summary>The model's path.</summary>
    public required string Model { get; init; }

    /// <summary>Where the arrays lie.</summary>
    public required string Output { get; init; }

    /// <summary>The outputs by name.</summary>
    public required IReadOnlyList<ValueReport> Outputs { get; init; }
}
