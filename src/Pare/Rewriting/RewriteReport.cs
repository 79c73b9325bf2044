namespace Pare.Workflows;

/// <summary>What a job that writes a model did. Immutable.</summary>
public sealed record RewriteReport
{
    /// <summary>The file read.</summary>
    public required FileReport Input { get; init; }

    /// <summary>The file written; null where the check failed and nothing was written.</summary>
    public FileReport? Output { get; init; }

    /// <summary>Names of the model's inputs, as they were chosen or found.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Names of the model's outputs, as they were chosen or found.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>Nodes before.</summary>
    public required int NodesBefore { get; init; }

    /// <summary>Nodes after.</summary>
    public required int NodesAfter { get; init; }

    /// <summary>What each rule of each pass did, in order.</summary>
    public required IReadOnlyList<Change> Changes { get; init; }

    /// <summary>How the outputs compare.</summary>
    public required CheckReport Check { get; init; }

    /// <summary>What was tolerated or assumed.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public required double Seconds { get; init; }
}
