namespace Pare.Workflows;

/// <summary>What to measure of files.</summary>
public sealed record SizeOptions
{
    /// <summary>Whether zstd and brotli are measured for files above 16 MB too, which takes long. Default false.</summary>
    public bool All { get; init; }

    /// <summary>Whether to list the constants. Default false.</summary>
    public bool Tensors { get; init; }

    /// <summary>Whether to tell what the model weighs with its constants emptied. Default false.</summary>
    public bool Clear { get; init; }
}
