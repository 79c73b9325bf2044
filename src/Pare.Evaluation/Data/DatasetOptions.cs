namespace Pare.Evaluation;

/// <summary>Which samples of a data set to take, and limits for hostile files.</summary>
public sealed record DatasetOptions
{
    /// <summary>The part to take: of class folders by the path's hash (see <see cref="PathHash"/>), of IDX files by name; all by default.</summary>
    public DatasetSplit Split { get; init; }

    /// <summary>What stands before <c>/class/file</c> in the hashed path; null for <c>tf_files/</c> and the name of the data folder.</summary>
    public string? SplitPrefix { get; init; }

    /// <summary>Most samples to take; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether <see cref="Limit"/> takes a random sample instead of the first; the order of results stays that of the data.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Seed of the random sample; default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Limits on pictures.</summary>
    public ImageDecodeOptions Images { get; init; } = ImageDecodeOptions.Default;

    /// <summary>Most samples a data set may have (5 million by default).</summary>
    public int MaxSamples { get; init; } = 5_000_000;

    /// <summary>Most bytes an archive may expand to for each byte of its own, above a first gigabyte (200 by default).</summary>
    public int MaxExpansion { get; init; } = 200;

    /// <summary>Most bytes a table of labels or of samples may have (1 GB by default).</summary>
    public long MaxTableBytes { get; init; } = 1_000_000_000;
}
