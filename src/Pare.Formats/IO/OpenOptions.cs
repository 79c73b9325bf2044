namespace Pare.Formats;

/// <summary>How model files are opened.</summary>
public sealed record OpenOptions
{
    /// <summary>As files are opened where nothing else is said.</summary>
    public static OpenOptions Default { get; } = new();

    /// <summary>Most bytes that a compressed file may unpack to; 1 GiB unless said otherwise. A few bytes can claim to be many, so that there must be a bound.</summary>
    public long MaxDecompressedBytes { get; init; } = 1L << 30;

    /// <summary>The formats looked for; all that Pare knows unless said otherwise.</summary>
    public IReadOnlyList<IModelFormat> Formats { get; init; } = ModelFormats.All;

    /// <summary>Which of a model's signatures says what is fed and given out (SavedModel); null for <c>serving_default</c>, else the first.</summary>
    public string? Signature { get; init; }

    /// <summary>Tags of the graph to take where a model holds several (SavedModel); null for <c>serve</c>, else the first.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
