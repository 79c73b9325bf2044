using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Reads <c>GraphProto</c> and the nodes of <c>FunctionProto</c>: first all names a graph makes, then the edges between them, so that the nodes' order does not matter. Source: onnx.proto.</summary>
internal sealed class OnnxGraphReader
{
    // Each graph inside a graph costs four nested messages.
    private const int MaxDepth = WireReader.MaxDepth / 4;

    private readonly OnnxTensorReader _tensors;
    private readonly OnnxAttributeReader _attributes;
    private readonly IList<Diagnostic> _diagnostics;

    public OnnxGraphReader(ExternalFiles external, IList<Diagnostic> diagnostics)
    {
        _tensors = new OnnxTensorReader(external);
        _attributes = new OnnxAttributeReader(_tensors, ReadGraph);
        _diagnostics = diagnostics;
    }

    /// <summary>Reads a graph.</summary>
    /// <param name="message">The message.</param>
    /// <param name="outer">Names that it may capture, or null.</param>
    /// <param name="depth">Graphs around it.</param>
    public Graph ReadGraph(WireReader message, OnnxScope? outer, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"more than {MaxDepth} graphs inside each other", message.Offset);
        }

        Graph graph = new();
        OnnxScope scope = new(outer);
        List<PendingNode> nodes = [];
        List<OnnxDeclaration> inputs = [];
        List<OnnxDeclaration> outputs = [];
        List<OnnxDeclaration> inner = [];
        List<ReadOnlyMemory<byte>>? other = [];
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    nodes.Add(Node(graph, scope, message.Message()));
                    break;
                case 2:
                    graph.Name = message.Text();
                    KeepEmpty(ref other!, graph.Name, 2);
                    break;
                case 5:
                    WireReader tensor = message.Message();
                    OnnxTensorReader.Result r = _tensors.Read(tensor);
                    OnnxTensorMessage? kept = r.IsExternal ? null : new OnnxTensorMessage(r.Name, r.Content, tensor.Whole);
                    Initializer(graph, scope, r, kept, message.FieldOffset);
                    break;
                case 15:
                    WireReader sparse = message.Message();
                    OnnxTensorReader.Result values = _tensors.ReadSparse(sparse);
                    Initializer(graph, scope, values, values.IsExternal ? null : new OnnxTensorMessage(values.Name, values.Content, sparse.Whole), message.FieldOffset);
                    break;
                case 11:
                    inputs.Add(Declaration(message.Message(), inputs.Count));
                    break;
                case 12:
                    outputs.Add(Declaration(message.Message(), outputs.Count));
                    break;
                case 13:
                    inner.Add(Declaration(message.Message(), inner.Count));
                    break;
                default:
                    other!.Add(message.Skip());
                    break;
            }
        }

        foreach (OnnxDeclaration d in inputs)
        {
            Input(graph, scope, d, depth);
        }

        foreach (PendingNode n in nodes)
        {
            Connect(n, scope, depth);
        }

        foreach (OnnxDeclaration d in outputs)
        {
            Value v = scope.Find(d.Name) ?? throw new ModelFormatException(OnnxFormat.FormatName, $"the graph's output '{d.Name}' is made by nothing in the graph");
            graph.Outputs.Add(v);
            Declare(v, d, Info(v) with { Output = Info(v).Output ?? d });
        }

        List<(int Ordinal, ReadOnlyMemory<byte> Message)> orphans = [];
        foreach (OnnxDeclaration d in inner)
        {
            if (scope.Own(d.Name) is { } v && Info(v).Inner is null)
            {
                Declare(v, d, Info(v) with { Inner = d });
            }
            else
            {
                orphans.Add((d.Ordinal, d.Message));
            }
        }

        graph.Extension = new OnnxGraphInfo(new OnnxFields(other!), orphans);
        return graph;
    }

    /// <summary>Reads a function's nodes into its body, whose inputs and outputs are names.</summary>
    public void ReadBody(Graph body, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, IEnumerable<(ReadOnlyMemory<byte> Bytes, long Offset)> nodes, IReadOnlyList<OnnxDeclaration> inner)
    {
        OnnxScope scope = new(null);
        foreach (string name in inputs)
        {
            Value v = new(name);
            Add(scope, v, 0);
            body.Inputs.Add(v);
        }

        PendingNode[] pending = [.. nodes.Select(n => Node(body, scope, new WireReader(n.Bytes, OnnxFormat.FormatName, n.Offset)))];
        foreach (PendingNode n in pending)
        {
            Connect(n, scope, 0);
        }

        foreach (string name in outputs)
        {
            body.Outputs.Add(scope.Find(name) ?? throw new ModelFormatException(OnnxFormat.FormatName, $"the function's output '{name}' is made by nothing in the function"));
        }

        List<(int Ordinal, ReadOnlyMemory<byte> Message)> orphans = [];
        foreach (OnnxDeclaration d in inner)
        {
            if (scope.Own(d.Name) is { } v && Info(v).Inner is null)
            {
                Declare(v, d, Info(v) with { Inner = d });
            }
            else
            {
                orphans.Add((d.Ordinal, d.Message));
            }
        }

        body.Extension = new OnnxGraphInfo(OnnxFields.None, orphans);
    }

    /// <summary>Reads a declaration and keeps its message.</summary>
    public static OnnxDeclaration Declaration(WireReader message, int ordinal) => OnnxMessages.Declaration(message, message.Whole, ordinal);

    private static OnnxValueInfo Info(Value value) => value.Extension as OnnxValueInfo ?? new OnnxValueInfo();

    private static void Declare(Value value, OnnxDeclaration declaration, OnnxValueInfo info)
    {
        value.Extension = info;
        if (value.Constant is null)
        {
            value.Type = value.Type == DataType.Undefined ? declaration.Type : value.Type;
            value.Shape ??= declaration.Shape;
        }
    }

    private static void Add(OnnxScope scope, Value value, long offset)
    {
        if (!scope.TryAdd(value.Name, value))
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"two values bear the name '{value.Name}'; every value is made once", offset == 0 ? null : offset);
        }
    }

    private static void Initializer(Graph graph, OnnxScope scope, OnnxTensorReader.Result tensor, OnnxTensorMessage? message, long offset)
    {
        if (tensor.Name.Length == 0)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, "an initializer without a name", offset);
        }

        Value v = new(tensor.Name, constant: tensor.Content);
        v.Extension = message is null ? null : new OnnxValueInfo { Tensor = message };
        Add(scope, v, offset);
        graph.AddInitializer(v);
    }

    private void Input(Graph graph, OnnxScope scope, OnnxDeclaration declaration, int depth)
    {
        if (depth == 0 && scope.Own(declaration.Name) is { Producer: null, IsConstant: true } constant && Info(constant).Input is null)
        {
            constant.Extension = Info(constant) with { Input = declaration };
            return;
        }

        Value v = new(declaration.Name, declaration.Type, declaration.Shape) { Extension = new OnnxValueInfo { Input = declaration } };
        Add(scope, v, 0);
        graph.Inputs.Add(v);
    }

    // Nodes need all names first, so inputs and attributes (whose graphs may capture any) wait.
    private static PendingNode Node(Graph graph, OnnxScope scope, WireReader message)
    {
        long start = message.Offset;
        List<string> inputs = [];
        List<string> outputs = [];
        List<(ReadOnlyMemory<byte> Bytes, long Offset)> attributes = [];
        List<ReadOnlyMemory<byte>>? other = null;
        string name = "";
        string type = "";
        string domain = "";
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    inputs.Add(message.Text());
                    break;
                case 2:
                    outputs.Add(message.Text());
                    break;
                case 3:
                    name = message.Text();
                    KeepEmpty(ref other, name, 3);
                    break;
                case 4:
                    type = message.Text();
                    break;
                case 5:
                    WireReader a = message.Message();
                    attributes.Add((a.Whole, a.Offset));
                    break;
                case 7:
                    domain = message.Text();
                    KeepEmpty(ref other, domain, 7);
                    break;
                default:
                    (other ??= []).Add(message.Skip());
                    break;
            }
        }

        if (type.Length == 0)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, "the node has no operator", start, name);
        }

        Node node = graph.CreateNode(name, type, outputs: 0, domain: domain);
        foreach (string output in outputs)
        {
            Value v = node.AddOutput(output);
            if (output.Length > 0)
            {
                Add(scope, v, start);
            }
        }

        node.Extension = other is null ? null : new OnnxNodeInfo(new OnnxFields(other));
        return new PendingNode(node, inputs, attributes, start);
    }

    // An empty name that the file spells out is another message than none at all.
    private static void KeepEmpty(ref List<ReadOnlyMemory<byte>>? other, string text, int field)
    {
        if (text.Length == 0)
        {
            WireWriter empty = new();
            empty.Text(field, "");
            (other ??= []).Add(empty.ToArray());
        }
    }

    private void Connect(PendingNode pending, OnnxScope scope, int depth)
    {
        (Node node, List<string> inputs, List<(ReadOnlyMemory<byte> Bytes, long Offset)> attributes, long start) = pending;
        for (int i = 0; i < inputs.Count; i++)
        {
            node.AddInput(inputs[i].Length == 0
                ? null
                : scope.Find(inputs[i]) ?? throw new ModelFormatException(OnnxFormat.FormatName, $"input {i} of the {node.Operator}, '{inputs[i]}', is made by nothing in the graph", start, node.Name));
        }

        bool constant = node.Operator == "Constant" && node.Domain is "" or "ai.onnx" && attributes.Count == 1 && node.Outputs.Count == 1;
        foreach ((ReadOnlyMemory<byte> bytes, long offset) in attributes)
        {
            (string name, AttributeValue value, TensorData? content, bool isExternal) = _attributes.Read(new WireReader(bytes, OnnxFormat.FormatName, offset), bytes, scope, depth);
            if (constant && content is not null && name is "value" or "sparse_value" or "value_float" or "value_floats" or "value_int" or "value_ints" or "value_string" or "value_strings")
            {
                node.Output.Constant = content;
                node.Output.Type = content!.Type;
                node.Output.Shape = new SymbolicShape(content.Shape);
                OnnxFields other = (node.Extension as OnnxNodeInfo)?.Other ?? OnnxFields.None;
                node.Extension = new OnnxNodeInfo(other, content, isExternal ? default : bytes);
                continue;
            }

            if (node.Attributes.ContainsKey(name))
            {
                throw new ModelFormatException(OnnxFormat.FormatName, $"the attribute '{name}' is given twice", offset, node.Name);
            }

            node.Attributes[name] = value;
        }

        if (scope.Outer is null)
        {
            return;
        }

        foreach (Value v in node.Outputs)
        {
            if (v.Name.Length > 0 && scope.Outer.Find(v.Name) is not null)
            {
                _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the inner graph makes a value '{v.Name}' although a graph around it has one of that name; the inner one is taken inside", node.Name));
            }
        }
    }

    private sealed record PendingNode(Node Node, List<string> Inputs, List<(ReadOnlyMemory<byte> Bytes, long Offset)> Attributes, long Offset);
}
