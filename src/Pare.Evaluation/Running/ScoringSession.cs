namespace Pare.Evaluation;

/// <summary>A model loaded to score samples: its scores, and the logits behind them where the graph has a softmax. Thread-safe.</summary>
internal sealed class ScoringSession : IDisposable
{
    private readonly int _scores;
    private readonly int _logits;
    private readonly IReadOnlyList<QuantizationParameters?> _quantization;

    private ScoringSession(IModelSession session, DataFeed feed, int scores, int logits, IReadOnlyList<QuantizationParameters?> quantization)
    {
        Session = session;
        Feed = feed;
        _scores = scores;
        _logits = logits;
        _quantization = quantization;
    }

    public IModelSession Session { get; }

    public DataFeed Feed { get; }

    /// <summary>Number of the model's outputs (the logits excluded), which come first.</summary>
    public int Outputs => _logits >= 0 ? _logits : Session.Outputs.Count;

    /// <param name="runner">Loads the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="images">Whether pictures will be fed.</param>
    /// <param name="options">Inputs, output, preprocessing.</param>
    /// <param name="allOutputs">Whether every output is fetched, or the scores alone.</param>
    /// <param name="quickStart">Whether few samples are scored.</param>
    public static ScoringSession Load(IModelRunner runner, Model model, bool images, EvaluationOptions options, bool allOutputs = false, bool quickStart = false)
    {
        List<string> fetches = [];
        Value? output = null;
        if (options.Output is { } name)
        {
            output = model.Graph.FindValue(name) ?? throw new UsageException($"the model has no value '{name}'; its outputs are {string.Join(", ", model.Graph.Outputs.Select(v => v.Name))}");
            fetches.Add(output.Name);
        }
        else
        {
            if (model.Graph.Outputs.Count == 0)
            {
                throw new UsageException("the model has no outputs that could be found; name one");
            }

            output = model.Graph.Outputs.FirstOrDefault(v => v.Type.IsFloat()) ?? model.Graph.Outputs[0];
            fetches.AddRange(allOutputs ? model.Graph.Outputs.Select(v => v.Name) : [output.Name]);
        }

        int scores = fetches.IndexOf(output.Name);
        int logits = -1;
        if (SoftmaxInputFinder.Find(model, output) is { } value && !fetches.Contains(value.Name))
        {
            logits = fetches.Count;
            fetches.Add(value.Name);
        }

        IModelSession session = runner.Load(model, new SessionOptions { Feeds = options.Inputs, Fetches = fetches, Threads = 1, QuickStart = quickStart });
        try
        {
            return new ScoringSession(session, DataFeed.Create(model, session, images, options.Preprocessing), scores, logits, [.. fetches.Select(f => model.Graph.FindValue(f)?.Quantization)]);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The scores of a batch as real numbers.</summary>
    public float[] ScoresOf(IReadOnlyList<TensorData> outputs) => RealOutput(outputs, _scores);

    /// <summary>An output as real numbers, whatever integers stand for them.</summary>
    public float[] RealOutput(IReadOnlyList<TensorData> outputs, int index) => ToReal(outputs[index], _quantization[index]);

    /// <summary>The values that the softmax took; null where there is none.</summary>
    public float[]? LogitsOf(IReadOnlyList<TensorData> outputs) => _logits < 0 ? null : RealOutput(outputs, _logits);

    public void Dispose() => Session.Dispose();

    /// <summary><c>scale * (integer - zeroPoint)</c> where an integer output has these.</summary>
    private static float[] ToReal(TensorData tensor, QuantizationParameters? q)
    {
        if (tensor.Type == DataType.String)
        {
            throw new UsageException("the model's output is text, which cannot be scored; name another output");
        }

        float[] values = tensor.ToFloats();
        if (!tensor.Type.IsFloat() && q is { Scales.Length: 1 })
        {
            long zeroPoint = q.ZeroPoints.Length > 0 ? q.ZeroPoints[0] : 0;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = q.Scales[0] * (values[i] - zeroPoint);
            }
        }

        return values;
    }
}
