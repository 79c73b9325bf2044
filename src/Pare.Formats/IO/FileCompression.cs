namespace Pare.Formats;

/// <summary>What a model file is wrapped in.</summary>
public enum FileCompression
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>gzip (<c>.gz</c>).</summary>
    Gzip,

    /// <summary>A zip archive with one entry (<c>.zip</c>).</summary>
    Zip,

    /// <summary>Pare's own container (<c>.pare</c>).</summary>
    Pare,
}
