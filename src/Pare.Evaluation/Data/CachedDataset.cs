namespace Pare.Evaluation;

/// <summary>
/// A data set whose preprocessed pictures are kept in memory, for a search that runs many candidates on the same samples: decoding costs more than running a small network.
/// What does not fit the limit is loaded anew each time. Thread-safe.
/// </summary>
public sealed class CachedDataset : Dataset
{
    private readonly Dataset _inner;
    private readonly Preprocessor _preprocessor;
    private readonly byte[]?[] _pictures;
    private readonly long _room;
    private long _used;

    /// <summary>Wraps a data set of pictures, which is not closed with this one.</summary>
    /// <param name="inner">The pictures.</param>
    /// <param name="plan">How they are preprocessed; models that take the same input can share the cache.</param>
    /// <param name="maxBytes">Most bytes to keep (1 GB by default).</param>
    public CachedDataset(Dataset inner, PreprocessingPlan plan, long maxBytes = 1_000_000_000)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (!inner.IsImages)
        {
            throw new UsageException($"'{inner.Name}' holds tensors, which need no preprocessing");
        }

        _inner = inner;
        _preprocessor = new Preprocessor(plan);
        _pictures = new byte[]?[inner.Items.Count];
        _room = maxBytes;
    }

    /// <inheritdoc/>
    public override string Name => _inner.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<SampleInfo> Items => _inner.Items;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassNames => _inner.ClassNames;

    /// <inheritdoc/>
    public override IReadOnlyList<Diagnostic> Diagnostics => _inner.Diagnostics;

    /// <inheritdoc/>
    public override bool IsImages => false;

    /// <inheritdoc/>
    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if (selection.All(i => _pictures[i] is not null))
        {
            foreach (int i in selection)
            {
                byte[] kept = _pictures[i]!;
                yield return new Sample(i, Items[i], () => Wrap(kept));
            }

            yield break;
        }

        foreach (Sample s in _inner.Read(selection))
        {
            yield return new Sample(s.Index, s.Info, () => Wrap(_pictures[s.Index] ?? Prepare(s)));
        }
    }

    private byte[] Prepare(Sample sample)
    {
        byte[] bytes = new byte[_preprocessor.BytesPerSample];
        _preprocessor.Fill(((ImageContent)sample.Load()).Decode(), bytes);
        if (Interlocked.Add(ref _used, bytes.Length) <= _room)
        {
            _pictures[sample.Index] = bytes;
        }

        return bytes;
    }

    private TensorContent Wrap(byte[] bytes) =>
        new([new(_preprocessor.Plan.Input.Name, new DenseTensorData(_preprocessor.Plan.Input.Type, _preprocessor.Plan.SampleShape, bytes))]);
}
