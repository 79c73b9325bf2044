namespace Pare.Formats.Keras;

/// <summary>A file of a zip archive.</summary>
internal sealed record ZipEntry
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>0 stored, 8 deflated.</summary>
    public required int Method { get; init; }

    /// <summary>Bytes in the archive.</summary>
    public required long Compressed { get; init; }

    /// <summary>Bytes unpacked, as the archive says.</summary>
    public required long Size { get; init; }

    /// <summary>Where its local header starts.</summary>
    public required long LocalAt { get; init; }

    /// <summary>Where its bytes start.</summary>
    public required long DataAt { get; init; }

    /// <summary>Where its record in the central directory starts.</summary>
    public required long CentralAt { get; init; }

    /// <summary>General purpose flags.</summary>
    public required int Flags { get; init; }
}
