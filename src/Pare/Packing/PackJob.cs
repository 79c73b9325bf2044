namespace Pare.Packing;

/// <summary>A job of packing a file without loss, or of unpacking one.</summary>
public sealed record PackJob
{
    /// <summary>The file read.</summary>
    public required string Input { get; init; }

    /// <summary>Where the result goes.</summary>
    public required string Output { get; init; }

    /// <summary>Whether the result is unpacked again and compared byte by byte before it counts as done. Default true.</summary>
    public bool Check { get; init; } = true;

    /// <summary>Where to keep the recipe of packing; null for nowhere.</summary>
    public string? Recipe { get; init; }

    /// <summary>Threads to use; the result does not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
