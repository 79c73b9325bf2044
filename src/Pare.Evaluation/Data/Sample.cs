namespace Pare.Evaluation;

/// <summary>One sample of a data set, which loads its content when asked. May be loaded on any thread, once.</summary>
public sealed class Sample
{
    private readonly Func<SampleContent> _load;

    /// <summary>Creates a sample.</summary>
    /// <param name="index">Its place in <see cref="Dataset.Items"/>.</param>
    /// <param name="info">What is known about it.</param>
    /// <param name="load">Loads the content; throws <see cref="ModelFormatException"/> where it is damaged.</param>
    public Sample(int index, SampleInfo info, Func<SampleContent> load)
    {
        Index = index;
        Info = info;
        _load = load;
    }

    /// <summary>Its place in <see cref="Dataset.Items"/>.</summary>
    public int Index { get; }

    /// <summary>What is known about it.</summary>
    public SampleInfo Info { get; }

    /// <summary>Loads the content.</summary>
    /// <exception cref="ModelFormatException">The content is damaged; the message names the sample.</exception>
    /// <exception cref="IOException">The content cannot be read.</exception>
    public SampleContent Load() => _load();
}
