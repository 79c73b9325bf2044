namespace Pare.Workflows;

/// <summary>What to look for in a model.</summary>
public sealed record InspectOptions
{
    /// <summary>How many of the largest constants to list. Default 10.</summary>
    public int LargestTensors { get; init; } = 10;

    /// <summary>Runs the model once to count its multiply-adds; null (the default) leaves them out.</summary>
    public IModelRunner? Runner { get; init; }

    /// <summary>A runtime to check the operators for; null for none.</summary>
    public RuntimeTarget? Target { get; init; }

    /// <summary>Which of a SavedModel's signatures names inputs and outputs; null for <c>serving_default</c>, else the first.</summary>
    public string? Signature { get; init; }
}
