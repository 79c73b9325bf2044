using System.Text.Json;

namespace Pare.Testing;

/// <summary>
/// A <c>.tflite</c> file in Google's own runtime: the oracle for every such file that Pare writes. Tests that use it are skipped with a reason where Node or the
/// packages of <c>tests/litert</c> are missing. All models share one process, which takes one request at a time; safe for several threads.
/// </summary>
public sealed class LiteRtModel : IDisposable
{
    private readonly int _id;
    private readonly LiteRtProcess _process;

    private LiteRtModel(LiteRtProcess process, JsonElement description)
    {
        _process = process;
        _id = description.GetProperty("id").GetInt32();
        Inputs = Describe(description.GetProperty("inputs"));
        Outputs = Describe(description.GetProperty("outputs"));
        IsFullyDelegated = description.GetProperty("delegated").GetBoolean();
    }

    /// <summary>Inputs in the runtime's order, which is the order of names and not always the file's: match them by name.</summary>
    public IReadOnlyList<LiteRtTensor> Inputs { get; }

    /// <summary>Outputs in the runtime's order.</summary>
    public IReadOnlyList<LiteRtTensor> Outputs { get; }

    /// <summary>Whether XNNPACK took the whole model.</summary>
    public bool IsFullyDelegated { get; }

    /// <summary>Loads a file's bytes.</summary>
    /// <exception cref="LiteRtException">The runtime refuses the model; the message is its own.</exception>
    public static LiteRtModel Load(ReadOnlyMemory<byte> bytes, LiteRtEngine engine = LiteRtEngine.LiteRt)
    {
        LiteRtProcess process = LiteRtProcess.Shared;
        (JsonElement description, _) = process.Ask($$"""{"op":"load","engine":"{{(engine == LiteRtEngine.LiteRt ? "litert" : "tflite")}}","sizes":[{{bytes.Length}}]}""", [bytes]);
        return new LiteRtModel(process, description);
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>, in that order.</param>
    /// <returns>
    /// A tensor for each of <see cref="Outputs"/>. Where the runtime gives another number of elements than the file states (a shape known only at run time), the tensor is flat.
    /// </returns>
    /// <exception cref="LiteRtException">The run failed; the message is the runtime's own.</exception>
    public IReadOnlyList<TensorData> Run(params IReadOnlyList<TensorData> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ReadOnlyMemory<byte>[] blobs = [.. inputs.Select(t => (ReadOnlyMemory<byte>)t.GetBytes().ToArray())];
        (_, byte[][] results) = _process.Ask($$"""{"op":"run","id":{{_id}},"sizes":[{{string.Join(',', blobs.Select(b => b.Length))}}]}""", blobs);
        return [.. results.Select((r, i) => Tensor(Outputs[i], r))];
    }

    /// <summary>
    /// Runs the model on named inputs, as often as they hold its declared shape along the first axis (a batch of 32 for a model of batch 1 is 32 runs), and joins the results along theirs.
    /// </summary>
    /// <param name="inputs">Tensors by tensor or signature name; a <c>:0</c> more or less does not matter.</param>
    /// <returns>Outputs by tensor name.</returns>
    /// <exception cref="LiteRtException">An input is missing or does not fit, or the run failed.</exception>
    public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        TensorData[] ordered = [.. Inputs.Select(i => Find(inputs, i))];
        long runs = ordered.Length == 0 ? 1 : ordered.Select((t, i) => Inputs[i].Shape.Count == 0 ? 1 : t.Count / Inputs[i].Shape.Count).Max();
        List<byte[]>[] parts = [.. Outputs.Select(_ => new List<byte[]>())];
        for (int r = 0; r < runs; r++)
        {
            IReadOnlyList<TensorData> results = Run([.. ordered.Select((t, i) => Part(t, Inputs[i], runs, r))]);
            for (int o = 0; o < parts.Length; o++)
            {
                parts[o].Add(results[o].GetBytes().ToArray());
            }
        }

        Dictionary<string, TensorData> joined = new(StringComparer.Ordinal);
        for (int o = 0; o < parts.Length; o++)
        {
            TensorShape shape = Outputs[o].Shape;
            LiteRtTensor described = runs > 1 && shape.Rank > 0 ? Outputs[o] with { Shape = new TensorShape([shape[0] * runs, .. Enumerable.Range(1, shape.Rank - 1).Select(a => shape[a])]) } : Outputs[o];
            joined[Outputs[o].Name] = Tensor(described, [.. parts[o].SelectMany(p => p)]);
        }

        return joined;
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Ask($$"""{"op":"unload","id":{{_id}},"sizes":[]}""", []);

    private static TensorData Find(IReadOnlyDictionary<string, TensorData> inputs, LiteRtTensor input)
    {
        foreach (string name in (string[])[input.Name, input.SignatureName, input.Name + ":0", input.SignatureName + ":0", input.Name.Replace(":0", "", StringComparison.Ordinal)])
        {
            if (inputs.TryGetValue(name, out TensorData? found))
            {
                return found;
            }
        }

        return inputs.Count == 1 ? inputs.Values.First() : throw new LiteRtException($"no tensor was given for input '{input.Name}'; given are {string.Join(", ", inputs.Keys)}");
    }

    private static TensorData Part(TensorData tensor, LiteRtTensor input, long runs, int index)
    {
        long bytes = input.Type.ByteLength(input.Shape.Count);
        return tensor.Type != input.Type ? throw new LiteRtException($"input '{input.Name}' is of {input.Type}, {tensor.Type} was given")
            : tensor.ByteLength != bytes * runs ? throw new LiteRtException($"input '{input.Name}' is {input.Type}{input.Shape}, {tensor.Shape} was given")
            : new DenseTensorData(input.Type, input.Shape, tensor.GetBytes().Slice((int)(index * bytes), (int)bytes).ToArray());
    }

    private static DenseTensorData Tensor(LiteRtTensor output, byte[] bytes)
    {
        int bits = output.Type.BitWidth();
        return bytes.Length == output.Type.ByteLength(output.Shape.Count)
            ? new DenseTensorData(output.Type, output.Shape, bytes)
            : new DenseTensorData(output.Type, new TensorShape(bytes.Length * 8 / bits), bytes);
    }

    private static LiteRtTensor[] Describe(JsonElement tensors) =>
    [
        .. tensors.EnumerateArray().Select(t => new LiteRtTensor(
            t.GetProperty("name").GetString()!,
            t.GetProperty("signatureName").GetString()!,
            TypeOf(t.GetProperty("dtype").GetString()!),
            new TensorShape([.. t.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())]),
            [.. t.GetProperty("shapeSignature").EnumerateArray().Select(d => d.GetInt64())])),
    ];

    private static DataType TypeOf(string name) => name == "bool" ? DataType.Boolean : Enum.Parse<DataType>(name, ignoreCase: true);
}
