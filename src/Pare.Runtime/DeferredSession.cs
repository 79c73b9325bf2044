using System.Collections.Concurrent;
using Pare.Passes.Conversion;

namespace Pare.Runtime;

/// <summary>
/// A model whose inputs do not say their shapes, and whose operators need them: it is carried over when tensors come, once for each combination of shapes. Safe for several threads.
/// </summary>
internal sealed class DeferredSession : IProfiledSession
{
    private const int MaxSessions = 8;
    private readonly Model _model;
    private readonly IReadOnlyList<Value> _inputs;
    private readonly IReadOnlyList<Value> _outputs;
    private readonly SessionOptions _options;
    private readonly Func<Model, IReadOnlyList<Value>, IReadOnlyList<Value>, IReadOnlyDictionary<Value, SymbolicShape>?, Model> _convert;
    private readonly ConcurrentDictionary<string, Lazy<OnnxRuntimeSession>> _sessions = new(StringComparer.Ordinal);

    /// <param name="model">The model.</param>
    /// <param name="inputs">What is fed.</param>
    /// <param name="outputs">What is fetched.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="convert">Carries the model over into ONNX, given inputs, outputs and the inputs' shapes.</param>
    public DeferredSession(
        Model model,
        IReadOnlyList<Value> inputs,
        IReadOnlyList<Value> outputs,
        SessionOptions options,
        Func<Model, IReadOnlyList<Value>, IReadOnlyList<Value>, IReadOnlyDictionary<Value, SymbolicShape>?, Model> convert)
    {
        _convert = convert;
        // The caller may edit the model once the session is made.
        _model = model.Clone();
        ValueNames names = new(_model);
        _inputs = names.Resolve([.. inputs.Select(v => v.Name)], "fed")!;
        _outputs = names.Resolve([.. outputs.Select(v => v.Name)], "fetched")!;
        _options = options;
        Inputs = [.. _inputs.Select(TensorFlowToOnnx.Describe)];
        Outputs = [.. _outputs.Select(TensorFlowToOnnx.Describe)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ValueDescription> Inputs { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueDescription> Outputs { get; }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">A node cannot be carried over even with these shapes.</exception>
    public IReadOnlyList<TensorData> Run(IReadOnlyList<TensorData> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != Inputs.Count)
        {
            throw new UsageException($"{inputs.Count} tensors were given for the {Inputs.Count} inputs {string.Join(", ", Inputs.Select(i => $"'{i.Name}'"))}");
        }

        Dictionary<Value, SymbolicShape> shapes = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Count; i++)
        {
            InputCheck.Check(Inputs[i], inputs[i]);
            shapes[_inputs[i]] = new SymbolicShape(inputs[i].Shape);
        }

        string key = string.Join(';', inputs.Select(t => t.Shape));
        if (_sessions.TryGetValue(key, out Lazy<OnnxRuntimeSession>? known))
        {
            return known.Value.Run(inputs);
        }

        Lazy<OnnxRuntimeSession> made = new(() => Make(shapes));
        if (_sessions.Count < MaxSessions)
        {
            return _sessions.GetOrAdd(key, made).Value.Run(inputs);
        }

        // More shapes than are worth keeping.
        using OnnxRuntimeSession once = made.Value;
        return once.Run(inputs);
    }

    /// <inheritdoc/>
    public IReadOnlyList<OperatorRun> EndProfiling() => [.. _sessions.Values.Where(s => s.IsValueCreated).SelectMany(s => s.Value.EndProfiling())];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<OnnxRuntimeSession> s in _sessions.Values)
        {
            if (s.IsValueCreated)
            {
                s.Value.Dispose();
            }
        }
    }

    private OnnxRuntimeSession Make(IReadOnlyDictionary<Value, SymbolicShape> shapes)
        => OnnxRuntimeSession.Create(_convert(_model, _inputs, _outputs, shapes), _options);
}
