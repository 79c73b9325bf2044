namespace Pare.Workflows;

/// <summary>
/// Runs a model on named arrays: names with or without TensorFlow's <c>:0</c>, a lone array fits a lone input, inner values can be fed and fetched.
/// Stateless; safe for use from several threads as far as the runner is.
/// </summary>
public sealed class ModelExecutor
{
    private readonly IModelRunner _runner;
    private readonly int _threads;

    /// <summary>Creates an executor.</summary>
    /// <param name="runner">Runs the models.</param>
    /// <param name="threads">Threads within a run.</param>
    public ModelExecutor(IModelRunner runner, int threads = 1)
    {
        _runner = runner;
        _threads = threads;
    }

    /// <summary>Runs once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="arrays">What is fed, by name.</param>
    /// <param name="outputs">What is fetched; null for the model's outputs.</param>
    /// <param name="steps">Whether every array has an extra first axis to be run along; outputs get it too.</param>
    /// <param name="cancellation">Ends a run along steps early.</param>
    /// <exception cref="UsageException">A name is not in the model, an input is not fed, an array has the wrong type or rank.</exception>
    public IReadOnlyList<KeyValuePair<string, TensorData>> Run(
        Model model, IReadOnlyList<KeyValuePair<string, TensorData>> arrays, IReadOnlyList<string>? outputs = null, bool steps = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(arrays);
        string[] feeds = NameInputs(model, arrays);
        using IModelSession session = _runner.Load(model, new SessionOptions { Feeds = feeds, Fetches = outputs is { Count: > 0 } ? outputs : null, Threads = _threads });
        TensorData[] inputs = [.. arrays.Select(a => a.Value)];
        IReadOnlyList<TensorData> results = steps ? RunSteps(session, inputs, cancellation) : session.Run(inputs);
        return [.. session.Outputs.Select(o => o.Name).Zip(results, KeyValuePair.Create)];
    }

    // A lone array of another name fits a lone input; all else is for the runner to find, which names what is near.
    private static string[] NameInputs(Model model, IReadOnlyList<KeyValuePair<string, TensorData>> arrays) =>
        arrays.Count == 1 && model.Graph.Inputs.Count == 1 && new ValueNames(model.Graph).FindValue(arrays[0].Key) is null
            ? [model.Graph.Inputs[0].Name]
            : [.. arrays.Select(a => a.Key)];

    private static TensorData[] RunSteps(IModelSession session, TensorData[] inputs, CancellationToken cancellation)
    {
        long count = inputs.Length == 0 || inputs[0].Shape.Rank == 0 ? 0 : inputs[0].Shape[0];
        if (count == 0 || inputs.Any(a => a.Shape.Rank == 0 || a.Shape[0] != count))
        {
            throw new UsageException("--steps: every array needs the same extra first axis, of at least 1", "--steps");
        }

        List<IReadOnlyList<TensorData>> results = [];
        IModelSequence? sequence = (session as IStatefulSession)?.Begin();
        for (long i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            TensorData[] step = [.. inputs.Select(a => Slice(a, i))];
            results.Add(sequence is null ? session.Run(step) : sequence.Step(step));
        }

        return [.. Enumerable.Range(0, results[0].Count).Select(o => Stack([.. results.Select(r => r[o])]))];
    }

    private static DenseTensorData Slice(TensorData tensor, long index)
    {
        TensorShape shape = new(tensor.Shape.Dimensions[1..]);
        byte[] bytes = new byte[tensor.Type.ByteLength(shape.Count)];
        tensor.ReadBytes(index * bytes.Length, bytes);
        return new DenseTensorData(tensor.Type, shape, bytes);
    }

    private static DenseTensorData Stack(TensorData[] parts)
    {
        TensorData first = parts[0];
        if (parts.Any(p => !p.Shape.Equals(first.Shape)) || first.Type.BitWidth() < 8)
        {
            throw new UsageException("--steps: outputs that change their shape from step to step, or hold strings, cannot be stacked", "--steps");
        }

        byte[] bytes = new byte[checked(first.ByteLength * parts.Length)];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i].ReadBytes(0, bytes.AsSpan(checked((int)(i * first.ByteLength)), (int)first.ByteLength));
        }

        return new DenseTensorData(first.Type, new TensorShape([parts.Length, .. first.Shape.Dimensions]), bytes);
    }
}
