namespace Pare.Passes.Quantize;

/// <summary>
/// Observes the binary32 activations of a model's main graph while samples run through it: one pass over the data, a bounded part of the activations in memory. Not thread-safe.
/// </summary>
public sealed class ActivationCalibrator : IDisposable
{
    private readonly CalibrationOptions _options;
    private readonly List<(IModelSession Session, RangeObserver[] Observers)> _parts = [];
    private readonly Dictionary<string, RangeObserver> _observers = new(StringComparer.Ordinal);
    private readonly RangeObserver?[] _inputs;
    private int _samples;

    /// <summary>Prepares a model.</summary>
    /// <param name="runner">Runs it.</param>
    /// <param name="model">The model; not edited.</param>
    /// <param name="options">How.</param>
    public ActivationCalibrator(IModelRunner runner, Model model, CalibrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _inputs = [.. model.Graph.Inputs.Select(v => v.Type == DataType.Float32 ? Observer(v.Name) : null)];
        List<string> part = [];
        long bytes = 0;
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(model.Graph, model.Graph.Outputs);
        foreach (Value v in GraphOrder.Topological(model.Graph).Where(needed.Contains).SelectMany(n => n.Outputs))
        {
            if (v.Type != DataType.Float32 || v.IsConstant || (v.Uses.Count == 0 && !model.Graph.IsOutput(v)))
            {
                continue;
            }

            long own = 4 * (v.Shape?.Dimensions.Aggregate(1L, (p, d) => p * (d.Value ?? 1)) ?? 1);
            if (part.Count > 0 && bytes + own > options.MemoryCap)
            {
                AddPart(runner, model, part);
                (part, bytes) = ([], 0);
            }

            part.Add(v.Name);
            bytes += own;
        }

        if (part.Count > 0)
        {
            AddPart(runner, model, part);
        }
    }

    /// <summary>Runs one sample (or a batch, which counts as one for moving averages).</summary>
    /// <param name="inputs">A tensor for each input of the model, in its order.</param>
    public void Add(IReadOnlyList<TensorData> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _samples++;
        for (int i = 0; i < inputs.Count; i++)
        {
            _inputs[i]?.Add(inputs[i].ToFloats());
        }

        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, _options.Threads) };
        foreach ((IModelSession session, RangeObserver[] observers) in _parts)
        {
            IReadOnlyList<TensorData> values = session.Run(inputs);
            Parallel.For(0, observers.Length, parallel, i => observers[i].Add(values[i].ToFloats()));
        }
    }

    /// <summary>The ranges so far.</summary>
    public ActivationRanges Finish() => new()
    {
        Method = _options.Method,
        Samples = _samples,
        Ranges = _observers.ToDictionary(o => o.Key, o => o.Value.Range(), StringComparer.Ordinal),
    };

    /// <inheritdoc/>
    public void Dispose() => _parts.ForEach(p => p.Session.Dispose());

    private void AddPart(IModelRunner runner, Model model, List<string> names) =>
        _parts.Add((runner.Load(model, new SessionOptions { Threads = _options.Threads, Fetches = names, QuickStart = true }), [.. names.Select(Observer)]));

    private RangeObserver Observer(string name) => _observers.TryGetValue(name, out RangeObserver? known) ? known : _observers[name] = new RangeObserver(_options);
}
