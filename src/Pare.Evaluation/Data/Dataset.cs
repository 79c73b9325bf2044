namespace Pare.Evaluation;

/// <summary>
/// Samples to run a model on: their names and classes at once, their contents as a stream, so that a set of any size fits. Open one with <see cref="Datasets.Open"/>.
/// The properties are safe for any thread; each enumeration of <see cref="Read(IReadOnlyList{int})"/> is for one.
/// </summary>
public abstract class Dataset : IDisposable
{
    /// <summary>Name of the data: a file's or folder's.</summary>
    public abstract string Name { get; }

    /// <summary>What is known about each sample, in the order of results.</summary>
    public abstract IReadOnlyList<SampleInfo> Items { get; }

    /// <summary>Names of the classes where the data imply them (sorted folder names); null where they do not.</summary>
    public virtual IReadOnlyList<string>? ClassNames => null;

    /// <summary>What was tolerated or assumed when the data were opened.</summary>
    public virtual IReadOnlyList<Diagnostic> Diagnostics => [];

    /// <summary>Whether the samples are pictures, which need preprocessing, rather than tensors.</summary>
    public abstract bool IsImages { get; }

    /// <summary>Whether any sample has a class.</summary>
    public bool IsLabelled => Items.Any(i => i.IsLabelled);

    /// <summary>Streams samples, each once, in an order that is the same every time (an archive's own, else ascending).</summary>
    /// <param name="selection">Places in <see cref="Items"/>, strictly ascending.</param>
    /// <exception cref="ModelFormatException">The archive or array file itself is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public abstract IEnumerable<Sample> Read(IReadOnlyList<int> selection);

    /// <summary>Streams all samples.</summary>
    public IEnumerable<Sample> Read() => Read([.. Enumerable.Range(0, Items.Count)]);

    /// <summary>Some of the samples as a data set of their own, which reads from this one and leaves it open when disposed.</summary>
    /// <param name="places">Places in <see cref="Items"/>, strictly ascending.</param>
    public Dataset Subset(IReadOnlyList<int> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        return new SelectedDataset(this, [.. places], [], ownsInner: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
