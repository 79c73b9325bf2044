namespace Pare.Workflows;

/// <summary>A job that reads a model, changes it and writes it.</summary>
public sealed record RewriteRequest
{
    /// <summary>The model's file.</summary>
    public required string Input { get; init; }

    /// <summary>Which of a SavedModel's signatures names inputs and outputs; null for <c>serving_default</c>, else the first.</summary>
    public string? Signature { get; init; }

    /// <summary>Where the result goes; its suffix must be of the result's format.</summary>
    public required string Output { get; init; }

    /// <summary>What to do, in order.</summary>
    public required IReadOnlyList<RecipeStep> Steps { get; init; }

    /// <summary>How to check the outputs. Default four random inputs.</summary>
    public CheckOptions Check { get; init; } = new();

    /// <summary>Where to keep the recipe; null for nowhere.</summary>
    public string? Recipe { get; init; }

    /// <summary>Whether existing files may be replaced. Default false.</summary>
    public bool Force { get; init; }

    /// <summary>Seed of every random choice. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads to use; the result does not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
