namespace Pare.Formats;

/// <summary>A model with where it came from.</summary>
public sealed record OpenedModel
{
    /// <summary>The model.</summary>
    public required Model Model { get; init; }

    /// <summary>The format it is in.</summary>
    public required IModelFormat Format { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Suffix of the file without compression, lower-case with its dot; empty where it has none.</summary>
    public required string Suffix { get; init; }

    /// <summary>What the file is wrapped in.</summary>
    public FileCompression Compression { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>The content, unpacked; tensors view it.</summary>
    public required ByteSource Content { get; init; }
}
