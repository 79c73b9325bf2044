namespace Pare.Workflows;

/// <summary>Runs a model before and after a change on the same inputs.</summary>
public sealed class DriftChecker
{
    private readonly IModelRunner _runner;
    private readonly int _threads;

    /// <summary>Creates a checker.</summary>
    /// <param name="runner">Runs both models.</param>
    /// <param name="threads">Threads within a run.</param>
    public DriftChecker(IModelRunner runner, int threads = 1)
    {
        _runner = runner;
        _threads = threads;
    }

    /// <summary>Compares on random inputs.</summary>
    /// <param name="before">The model as it came.</param>
    /// <param name="after">The model as it is now.</param>
    /// <param name="samples">Sets of inputs; 0 for none.</param>
    /// <param name="seed">Seed of the inputs.</param>
    /// <param name="bound">How far outputs may drift, relative; null where values change on purpose.</param>
    /// <param name="frozen">Inputs that the change turned into constants, with their values.</param>
    /// <param name="cancellation">Ends the check early.</param>
    public CheckReport CompareOnRandom(Model before, Model after, int samples, int seed, double? bound, IReadOnlyDictionary<string, TensorData> frozen, CancellationToken cancellation) =>
        Compare(before, after, samples == 0 ? "none" : $"random:{samples}", null, samples, seed, bound, frozen, cancellation);

    /// <summary>Compares on given inputs; see <see cref="CompareOnRandom"/>.</summary>
    /// <param name="before">The model as it came.</param>
    /// <param name="after">The model as it is now.</param>
    /// <param name="name">What the inputs are called in the report.</param>
    /// <param name="inputs">For each sample one tensor for each input of <paramref name="after"/>.</param>
    /// <param name="bound">How far outputs may drift, relative; null where values change on purpose.</param>
    /// <param name="frozen">Inputs that the change turned into constants, with their values.</param>
    /// <param name="cancellation">Ends the check early.</param>
    public CheckReport CompareOnSamples(
        Model before, Model after, string name, IReadOnlyList<IReadOnlyList<TensorData>> inputs, double? bound, IReadOnlyDictionary<string, TensorData> frozen, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Compare(before, after, name, inputs, inputs.Count, 0, bound, frozen, cancellation);
    }

    private CheckReport Compare(
        Model before,
        Model after,
        string name,
        IReadOnlyList<IReadOnlyList<TensorData>>? given,
        int samples,
        int seed,
        double? bound,
        IReadOnlyDictionary<string, TensorData> frozen,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(frozen);
        CheckReport report = new() { Data = name, Bound = bound };
        if (samples == 0)
        {
            return report;
        }

        if (Match(before, after, frozen, out string[] feeds, out string[] fetches) is { } mismatch)
        {
            return report with { Skipped = mismatch };
        }

        OutputDrift drift = new();
        IModelSession original;
        try
        {
            original = _runner.Load(before, new SessionOptions { Feeds = feeds, Fetches = fetches, Threads = _threads });
        }
        catch (PareException e) when (e is UnsupportedModelException or UsageException)
        {
            return report with { Skipped = $"the original cannot be run: {e.Message}" };
        }

        using (original)
        {
            IModelSession? changed = null;
            try
            {
                for (int i = 0; i < samples; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    int free = feeds.Length - frozen.Count;
                    string? obstacle = null;
                    if ((given?[i] ?? RandomInputs.TryCreate([.. original.Inputs.Take(free).Select((d, k) => Narrow(d, after.Graph.Inputs.ElementAtOrDefault(k)?.Shape))], unchecked((seed * 7919) + i), out obstacle)) is not { } inputs)
                    {
                        return report with { Skipped = obstacle };
                    }

                    IReadOnlyList<TensorData> expected;
                    try
                    {
                        expected = original.Run([.. inputs.Select((t, k) => Fit(t, original.Inputs[k].Type, after, k)), .. frozen.Values]);
                    }
                    catch (PareException e)
                    {
                        return report with { Skipped = $"the original does not run on these inputs: {e.Message}" };
                    }

                    changed ??= _runner.Load(after, new SessionOptions { Threads = _threads });
                    IReadOnlyList<TensorData> got = changed.Run([.. inputs.Select((t, k) => Fit(t, after.Graph.Inputs[k].Type, after, k))]);
                    for (int o = 0; o < expected.Count; o++)
                    {
                        drift.Add(expected[o], QuantizedTensors.Fit(got[o], expected[o].Type, after.Graph.Outputs[o].Quantization));
                    }
                }
            }
            finally
            {
                changed?.Dispose();
            }
        }

        return report with
        {
            Samples = samples,
            MaxAbs = drift.MaxAbs,
            MaxRelative = drift.MaxRelative,
            Passed = bound is null ? null : drift.MaxRelative <= bound,
        };
    }

    // Extents that the original leaves open and the change has settled.
    private static ValueDescription Narrow(ValueDescription input, SymbolicShape? settled)
    {
        if (settled is null || (input.Shape is { } shape && shape.Rank != settled.Rank))
        {
            return input;
        }

        return input with { Shape = input.Shape is { } open ? new SymbolicShape([.. Enumerable.Range(0, open.Rank).Select(i => open[i].Value is null ? settled[i] : open[i])]) : settled };
    }

    // Real numbers for a model of integers, and the other way round, by the changed model's scales.
    private static TensorData Fit(TensorData tensor, DataType wanted, Model after, int input) =>
        input < after.Graph.Inputs.Count ? QuantizedTensors.Fit(tensor, wanted == DataType.Undefined ? tensor.Type : wanted, after.Graph.Inputs[input].Quantization) : tensor;

    // Inputs and outputs of the changed model by their names in the original; by position where the names changed too (another format).
    private static string? Match(Model before, Model after, IReadOnlyDictionary<string, TensorData> frozen, out string[] feeds, out string[] fetches)
    {
        ValueNames names = new(before.Graph);
        string?[] inputs = [.. after.Graph.Inputs.Select(v => names.Find(v.Name))];
        string?[] outputs = [.. after.Graph.Outputs.Select(v => names.Find(v.Name))];
        if (inputs.Any(n => n is null) && inputs.Length + frozen.Count == before.Graph.Inputs.Count)
        {
            inputs = [.. before.Graph.Inputs.Select(v => v.Name).Where(n => !frozen.ContainsKey(n))];
        }

        if (outputs.Any(n => n is null) && outputs.Length == before.Graph.Outputs.Count)
        {
            outputs = [.. before.Graph.Outputs.Select(v => v.Name)];
        }

        feeds = [.. inputs.OfType<string>(), .. frozen.Keys];
        fetches = [.. outputs.OfType<string>()];
        return inputs.Any(n => n is null) || outputs.Any(n => n is null)
            ? "inputs or outputs have other names than before"
            : null;
    }
}
