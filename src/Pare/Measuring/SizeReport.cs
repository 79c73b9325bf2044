namespace Pare.Workflows;

/// <summary>What files weigh. Immutable.</summary>
public sealed record SizeReport
{
    /// <summary>One entry a file, in the order given.</summary>
    public required IReadOnlyList<FileSizeReport> Files { get; init; }
}
