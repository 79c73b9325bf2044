namespace Pare.Sizes;

/// <summary>What a file weighs, as it is and packed by common tools. Immutable.</summary>
public record FileSizes
{
    /// <summary>The file's name.</summary>
    public required string File { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes as <c>gzip -6 -n</c> makes it.</summary>
    public required long Gzip { get; init; }

    /// <summary>Bytes of a zip archive with this one file, deflated, without extra fields.</summary>
    public required long Zip { get; init; }

    /// <summary>Bytes as <c>zstd -19</c> makes it; null where it was not measured.</summary>
    public long? Zstd { get; init; }

    /// <summary>Bytes by brotli at quality 11; null where it was not measured.</summary>
    public long? Brotli { get; init; }

    /// <summary>Mean entropy of the weights in bits per weight, each tensor's distinct values counted; null where there are none, or the file is no model.</summary>
    public double? WeightBits { get; init; }
}
