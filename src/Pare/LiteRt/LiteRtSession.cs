using System.Text.Json;

namespace Pare.Workflows;

/// <summary>A model that LiteRT holds. The runtime lists inputs and outputs in an order of its own; they are told apart by name.</summary>
internal sealed class LiteRtSession : IModelSession
{
    private readonly LiteRtRunner _runner;
    private readonly int _id;
    private readonly int[] _feedOfInput;
    private readonly int[] _resultOfOutput;

    public LiteRtSession(LiteRtRunner runner, JsonElement loaded, Value[] feeds, Value[] outputs, IReadOnlyList<string>? fetches)
    {
        _runner = runner;
        _id = loaded.GetProperty("id").GetInt32();
        string[] inputs = Names(loaded.GetProperty("inputs"));
        string[] results = Names(loaded.GetProperty("outputs"));
        Value[] fetched = fetches is null ? outputs : [.. fetches.Select(f => outputs.First(o => o.Name == f))];
        Inputs = [.. feeds.Select(v => new ValueDescription(v.Name, v.Type, Closed(v.Shape)))];
        Outputs = [.. fetched.Select(v => new ValueDescription(v.Name, v.Type, Closed(v.Shape)))];
        _feedOfInput = [.. inputs.Select((n, i) => Place(n, [.. feeds.Select(v => v.Name)], i))];
        _resultOfOutput = [.. fetched.Select(v => Place(v.Name, results, Array.IndexOf(outputs, v)))];
    }

    public IReadOnlyList<ValueDescription> Inputs { get; }

    public IReadOnlyList<ValueDescription> Outputs { get; }

    public IReadOnlyList<TensorData> Run(IReadOnlyList<TensorData> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != Inputs.Count)
        {
            throw new UsageException($"the model takes {Inputs.Count} inputs, {inputs.Count} were given");
        }

        for (int i = 0; i < inputs.Count; i++)
        {
            ValueDescription wanted = Inputs[i];
            if (inputs[i].Type != wanted.Type || inputs[i].Count != wanted.Shape?.ToStatic()?.Count)
            {
                throw new UsageException($"the input '{wanted.Name}' takes {wanted.Type}{wanted.Shape} in LiteRT, {inputs[i].Type}{inputs[i].Shape} was given");
            }
        }

        ReadOnlyMemory<byte>[] blobs = [.. _feedOfInput.Select(f => (ReadOnlyMemory<byte>)inputs[f].GetBytes().ToArray())];
        (_, byte[][] results) = _runner.Ask($$"""{"op":"run","id":{{_id}},"sizes":[{{string.Join(',', blobs.Select(b => b.Length))}}]}""", blobs);
        return [.. Outputs.Select((o, i) => Tensor(o, results[_resultOfOutput[i]]))];
    }

    public void Dispose() => _runner.Ask($$"""{"op":"unload","id":{{_id}},"sizes":[]}""");

    // An output whose extents are known at run time only comes flat.
    private static DenseTensorData Tensor(ValueDescription output, byte[] bytes) =>
        output.Shape?.ToStatic() is { } shape && bytes.Length == output.Type.ByteLength(shape.Count)
            ? new DenseTensorData(output.Type, shape, bytes)
            : new DenseTensorData(output.Type, new TensorShape(bytes.Length * 8L / output.Type.BitWidth()), bytes);

    private static string[] Names(JsonElement tensors) => [.. tensors.EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];

    private static int Place(string name, string[] names, int otherwise) => Array.IndexOf(names, name) is >= 0 and int found ? found : otherwise;

    private static SymbolicShape? Closed(SymbolicShape? shape) => shape is null ? null : new SymbolicShape([.. shape.Dimensions.Select(d => (Dimension)(d.Value ?? 1))]);
}
