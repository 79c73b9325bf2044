namespace Pare.Workflows;

/// <summary>What a step of a recipe made.</summary>
public sealed record StepOutcome
{
    /// <summary>The model after the step.</summary>
    public required Model Model { get; init; }

    /// <summary>What was changed.</summary>
    public required IReadOnlyList<Change> Changes { get; init; }

    /// <summary>How far outputs may have moved, relative; null where values change on purpose.</summary>
    public required double? StatedDrift { get; init; }

    /// <summary>Inputs that became constants, by their names in the original.</summary>
    public IReadOnlyDictionary<string, TensorData> Frozen { get; init; } = new Dictionary<string, TensorData>();

    /// <summary>The step with what it found, as the recipe keeps it; null where it is as it was.</summary>
    public RecipeStep? Recorded { get; init; }

    /// <summary>Further files that the step leaves, by path.</summary>
    public IReadOnlyList<(string Path, Action<Stream> Write)> Files { get; init; } = [];
}
