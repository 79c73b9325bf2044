namespace Pare.Evaluation;

/// <summary>Streams samples as a model takes them, one at a time and in the data's order, so that data of any size can be looked at once. Not thread-safe.</summary>
public sealed class SampleStream : IDisposable
{
    private readonly ScoringSession _scoring;
    private readonly Dataset _data;
    private readonly List<UnreadableSample> _unreadable = [];

    private SampleStream(ScoringSession scoring, Dataset data)
    {
        _scoring = scoring;
        _data = data;
    }

    /// <summary>How pictures are preprocessed, in one line; null where the data are tensors.</summary>
    public string? Preprocessing => _scoring.Feed.Plan?.ToString();

    /// <summary>Which settings of the preprocessing nobody gave; null where none had to be assumed.</summary>
    public string? Assumption => _scoring.Feed.Plan?.Assumption;

    /// <summary>Samples that could not be read and were left out so far.</summary>
    public IReadOnlyList<UnreadableSample> Unreadable => _unreadable;

    /// <summary>Fits data to a model.</summary>
    /// <param name="runner">Learns the model's inputs.</param>
    /// <param name="model">The model; not edited.</param>
    /// <param name="data">The data; stays open and its own.</param>
    /// <param name="options">Preprocessing, inputs.</param>
    /// <exception cref="UsageException">Data or preprocessing do not fit the model.</exception>
    public static SampleStream Open(IModelRunner runner, Model model, Dataset data, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        return new SampleStream(ScoringSession.Load(runner, model, data.IsImages, options), data);
    }

    /// <summary>Reads the samples; see <see cref="Unreadable"/> for those left out.</summary>
    /// <returns>For each sample one tensor for each input of the model; a model of a fixed batch gets the sample as often as it takes.</returns>
    /// <exception cref="UsageException">A sample's extents are not the input's.</exception>
    public IEnumerable<IReadOnlyList<TensorData>> Read()
    {
        int batch = Math.Max(1, _scoring.Feed.FixedBatch());
        foreach (Sample sample in _data.Read())
        {
            IReadOnlyList<TensorData> inputs;
            try
            {
                inputs = _scoring.Feed.Batch([_scoring.Feed.Prepare(sample.Load())], batch);
            }
            catch (ModelFormatException e)
            {
                _unreadable.Add(new UnreadableSample(sample.Info.Name, e.Message));
                continue;
            }

            for (int i = 0; i < inputs.Count; i++)
            {
                CheckExtents(sample.Info.Name, inputs[i].Shape, _scoring.Session.Inputs[i]);
            }

            yield return inputs;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scoring.Dispose();

    private static void CheckExtents(string sample, TensorShape shape, ValueDescription input)
    {
        if (input.Shape is { } wanted && (wanted.Rank != shape.Rank || wanted.Dimensions.Select((d, i) => d.Value is { } extent && extent != shape[i]).Any(wrong => wrong)))
        {
            throw new UsageException($"the sample {sample} has the shape {shape}, the input '{input.Name}' takes {wanted}");
        }
    }
}
