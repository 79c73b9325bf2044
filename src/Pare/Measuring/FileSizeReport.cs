namespace Pare.Workflows;

/// <summary>What a file weighs in the ways it may be sent. Immutable.</summary>
public sealed record FileSizeReport
{
    /// <summary>Path as given.</summary>
    public required string File { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of its gzip, as <c>gzip -6 -n</c> makes it.</summary>
    public required long Gzip { get; init; }

    /// <summary>Bytes of a zip archive with the file as its one deflated entry.</summary>
    public required long Zip { get; init; }

    /// <summary>Bytes after zstd at level 19; null where it was left out for its time.</summary>
    public long? Zstd { get; init; }

    /// <summary>Bytes after brotli at quality 11; null where it was left out for its time.</summary>
    public long? Brotli { get; init; }

    /// <summary>Mean entropy of the weights in bits per weight; null for files that are no models.</summary>
    public double? WeightBits { get; init; }

    /// <summary>Bytes of the model with its constants emptied; null where not asked for.</summary>
    public long? Cleared { get; init; }

    /// <summary>A row a constant; null where not asked for.</summary>
    public IReadOnlyList<TensorSizeReport>? Tensors { get; init; }
}
