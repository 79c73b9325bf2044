namespace Pare.Formats;

/// <summary>Where a model is read from.</summary>
public sealed record ModelSource
{
    /// <summary>The bytes, already decompressed.</summary>
    public required ByteSource Bytes { get; init; }

    /// <summary>What errors call it; a path or a made-up name.</summary>
    public string Name { get; init; } = "model";

    /// <summary>The folder that external data must lie in; null where none may be read.</summary>
    public string? Folder { get; init; }

    /// <summary>Suffix of the file's name without compression, lower-case with its dot; empty where unknown.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Name of the file that the bytes come from, without folder; empty where unknown. A format that lives in folders is known by it (<see cref="IModelFormat.FolderFile"/>).</summary>
    public string FileName { get; init; } = "";

    /// <summary>Which of a model's signatures says what is fed and given out (SavedModel); null for <c>serving_default</c>, else the first.</summary>
    public string? Signature { get; init; }

    /// <summary>Tags of the graph to take where a model holds several (SavedModel); null for <c>serve</c>, else the first.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
