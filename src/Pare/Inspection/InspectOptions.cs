namespace Pare.Workflows;

/// <summary>What to look for in a model.</summary>
public sealed record InspectOptions
{
    /// <summary>How many of the largest constants to list. Default 10.</summary>
    public int LargestTensors { get; init; } = 10;

    /// <summary>Whether to count multiply-adds, for which shapes are inferred. Default true.</summary>
    public bool CountWork { get; init; } = true;

    /// <summary>A runtime to check the operators for; null for none.</summary>
    public RuntimeTarget? Target { get; init; }
}
