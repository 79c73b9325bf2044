using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Reads one subgraph into a graph. One reading's worth; not thread-safe.</summary>
internal sealed class TFLiteGraphReader
{
    // Marks an output that has no value yet.
    private static readonly Value s_reserved = new("");

    private readonly FlatObject _subgraph;
    private readonly IReadOnlyList<FlatObject> _codes;
    private readonly TFLiteBuffers _buffers;
    private readonly TFLiteTensorReader _tensors;
    private readonly Value?[] _values;
    private readonly Graph _graph;

    public TFLiteGraphReader(FlatObject subgraph, IReadOnlyList<FlatObject> codes, TFLiteBuffers buffers, bool ranksAreSaid, List<Diagnostic> diagnostics)
    {
        _subgraph = subgraph;
        _codes = codes;
        _buffers = buffers;
        _tensors = new TFLiteTensorReader(subgraph, buffers, ranksAreSaid, diagnostics);
        _values = new Value?[_tensors.Tables.Count];
        _graph = new Graph(subgraph.Text("name") ?? "");
    }

    public Graph Read()
    {
        foreach (long index in Indices(_subgraph, "inputs"))
        {
            FlatObject table = _tensors.Table(index, "an input of the subgraph", _subgraph);
            if (_values[index] is not null)
            {
                throw new ModelFormatException(TFLiteFormat.Label, $"tensor {index} is an input of the subgraph twice", table.Offset);
            }

            _graph.Inputs.Add(Add(new Value(_tensors.MakeName((int)index)), (int)index));
        }

        // Outputs first, so that every edge finds its end whatever the order.
        List<(Node Node, FlatObject Operator)> nodes = [];
        foreach (FlatObject o in _subgraph.Tables("operators"))
        {
            nodes.Add((AddNode(o), o));
        }

        foreach ((Node node, FlatObject o) in nodes)
        {
            int place = 0;
            foreach (long index in Indices(o, "inputs"))
            {
                node.AddInput(index == -1 ? null : Find(index, $"input {place} of a {node.Operator}", o));
                place++;
            }

            node.Extension = new TFLiteOperatorInfo(o, node.Operator, VersionOf(o), TFLiteVersions.TypesOf(node));
        }

        foreach (long index in Indices(_subgraph, "outputs"))
        {
            _graph.Outputs.Add(Find(index, "an output of the subgraph", _subgraph));
        }

        List<TFLiteOtherTensor> others = [];
        for (int i = 0; i < _values.Length; i++)
        {
            if (_values[i] is null)
            {
                others.Add(new TFLiteOtherTensor(i, _tensors.Tables[i], _tensors.Buffer(i)));
            }
        }

        _graph.Extension = new TFLiteSubgraphInfo(_subgraph, others);
        return _graph;
    }

    private Node AddNode(FlatObject o)
    {
        (string name, string domain) = OperatorOf(o);
        long[] outputs = [.. Indices(o, "outputs")];
        foreach (long index in outputs)
        {
            FlatObject table = _tensors.Table(index, $"an output of a {name}", o);
            if (_values[index] is not null)
            {
                throw new ModelFormatException(TFLiteFormat.Label, $"tensor {index} ('{table.Text("name")}') is made by a {name}, but it is an input of the subgraph or another operator's output already", o.Offset);
            }

            // A second time among the same operator's outputs is found here.
            _values[index] = s_reserved;
        }

        Node node = _graph.CreateNode(outputs.Length > 0 ? _tensors.Tables[(int)outputs[0]].Text("name") ?? "" : $"{name}_{_graph.Nodes.Count}", name, outputs: 0, domain: domain);
        foreach (long index in outputs)
        {
            Add(node.AddOutput(_tensors.MakeName((int)index)), (int)index);
        }

        ReadOptions(node, o);
        return node;
    }

    private (string Name, string Domain) OperatorOf(FlatObject o)
    {
        FlatObject code = CodeOf(o);
        int builtin = (int)Math.Max(code.Integer("builtin_code"), code.Integer("deprecated_builtin_code"));
        return builtin == TFLiteBuiltins.Custom ? (code.Text("custom_code") ?? "", TFLiteFormat.CustomDomain)
            : builtin >= 0 && builtin < TFLiteBuiltins.All.Count ? (TFLiteBuiltins.All[builtin].Operator, "")
            : throw new ModelFormatException(TFLiteFormat.Label, $"the operator code {builtin} is not known; codes from 0 to {TFLiteBuiltins.All.Count - 1} are", code.Offset);
    }

    private FlatObject CodeOf(FlatObject o) => o.Integer("opcode_index") is var index && index >= 0 && index < _codes.Count
        ? _codes[(int)index]
        : throw new ModelFormatException(TFLiteFormat.Label, $"an operator names operator code {index}; there are {_codes.Count}", o.Offset);

    private long VersionOf(FlatObject o) => CodeOf(o).Integer("version");

    private void ReadOptions(Node node, FlatObject o)
    {
        if ((o.Table("builtin_options") ?? o.Table("builtin_options_2")) is { } options)
        {
            TFLiteAttributes.Read(options, node.Attributes);
        }

        FlatVector? custom = o.Vector("custom_options");
        if (o.Integer("large_custom_options_offset") is > 1 and long offset)
        {
            custom = new FlatVector(FlatKind.UInt8, _buffers.Appended(offset, o.Integer("large_custom_options_size"), o).ToMemory());
        }

        if (custom is not null)
        {
            node.Attributes[TFLiteAttributes.CustomOptions] = AttributeValue.Of(custom.Bytes);
        }

        if (o.Vector("intermediates") is { Count: > 0 } intermediates)
        {
            float[] scales = new float[intermediates.Count];
            long[] zeroPoints = new long[intermediates.Count];
            for (int i = 0; i < scales.Length; i++)
            {
                FlatObject? quantization = intermediates[i] == -1 ? null : _tensors.Table(intermediates[i], "an inner tensor", o).Table("quantization");
                scales[i] = quantization?.Vector("scale") is { Count: > 0 } s ? s.ToFloats()[0] : 0;
                zeroPoints[i] = quantization?.Vector("zero_point") is { Count: > 0 } z ? z[0] : 0;
            }

            node.Attributes[TFLiteAttributes.IntermediateScales] = AttributeValue.Of([.. scales]);
            node.Attributes[TFLiteAttributes.IntermediateZeroPoints] = AttributeValue.Of([.. zeroPoints]);
        }
    }

    // The value of a tensor that is used: an input, an operator's output, a constant or a state.
    private Value Find(long index, string what, FlatObject user)
    {
        FlatObject table = _tensors.Table(index, what, user);
        if (_values[index] is { } known)
        {
            return known;
        }

        int i = (int)index;
        string name = _tensors.MakeName(i);
        return table.Boolean("is_variable") ? Add(_graph.AddVariable(new Value(name)), i)
            : _tensors.Content(i) is { } content ? Add(_graph.AddInitializer(name, content), i)
            : throw new ModelFormatException(TFLiteFormat.Label, $"{what} is tensor {index} ('{table.Text("name")}'), which no operator makes, which has no content and is no input", user.Offset);
    }

    private Value Add(Value value, int index)
    {
        _values[index] = value;
        try
        {
            _tensors.Describe(value, index);
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(TFLiteFormat.Label, e.Message, _tensors.Tables[index].Offset, innerException: e);
        }

        return value;
    }

    private static IEnumerable<long> Indices(FlatObject table, string field) => table.Vector(field)?.ToIntegers() ?? [];
}
