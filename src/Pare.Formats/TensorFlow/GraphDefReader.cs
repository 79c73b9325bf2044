using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Reads a binary GraphDef (graph.proto). One instance a file: nodes first, edges second, since consumers may stand before producers.</summary>
internal sealed class GraphDefReader
{
    private const int FreeOutputs = 100_000;
    private const int BytesAnOutput = 32;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Model _model = new(Vocabularies.TensorFlow);
    private readonly GraphDefAttributeReader _attributes;
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _byName = new(ByteStrings.Comparer);
    private readonly List<Node> _nodes = [];
    private readonly List<OperatorTraits> _traits = [];
    private readonly List<Edge> _edges = [];
    private readonly List<(ReadOnlyMemory<byte> Key, long KeyOffset, ReadOnlyMemory<byte> Value, long ValueOffset)> _entries = [];
    private long _outputs;
    private long? _producer;
    private long? _minConsumer;

    public GraphDefReader(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        _attributes = new GraphDefAttributeReader(_model.Diagnostics);
    }

    public Model Read()
    {
        RawFields others = default;
        List<string> functions = [];
        WireReader r = new(_bytes, GraphDefFormat.Label);
        while (r.Next())
        {
            if (r.Field == 1)
            {
                WireReader node = r.Message();
                ReadNode(ref node, r.FieldOffset);
                continue;
            }

            ReadOnlyMemory<byte> field = r.Skip();
            others.Add(field);
            if (r.Type == WireType.Bytes && r.Field is 2 or 4)
            {
                WireReader again = new(field, GraphDefFormat.Label, r.FieldOffset);
                again.Next();
                WireReader message = again.Message();
                if (r.Field == 4)
                {
                    ReadVersions(ref message);
                }
                else
                {
                    ReadLibrary(ref message, functions);
                }
            }
        }

        GraphDefExtension extension = new(others.ToMemory(), _producer, _minConsumer, functions);
        _model.Extension = extension;
        Link();
        GraphDefCycles.Check(_model.Graph, _nodes, _edges, n => _traits[n].Kind == OperatorKind.NextIteration);
        GraphDefValueTypes.Assign(_nodes, _traits, extension);
        GraphInterface.Apply(_model);
        return _model;
    }

    private void ReadNode(ref WireReader r, long nodeOffset)
    {
        ReadOnlyMemory<byte> name = default, @operator = default, device = default;
        long nameOffset = nodeOffset, operatorOffset = nodeOffset, deviceOffset = nodeOffset;
        RawFields others = default;
        ulong explicitPorts = 0;
        int inputs = 0;
        bool control = false, unordered = false;
        _entries.Clear();
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    name = r.Bytes();
                    nameOffset = r.FieldOffset;
                    break;
                case 2:
                    @operator = r.Bytes();
                    operatorOffset = r.FieldOffset;
                    break;
                case 3:
                    Edge edge = Edge.Parse(r.Bytes(), r.FieldOffset, _nodes.Count, out bool explicitZero);
                    unordered |= control && edge.Port >= 0;
                    control |= edge.Port < 0;
                    if (edge.Port >= 0)
                    {
                        explicitPorts |= explicitZero && inputs < 64 ? 1UL << inputs : 0;
                        inputs++;
                    }

                    _edges.Add(edge);
                    break;
                case 4:
                    device = r.Bytes();
                    deviceOffset = r.FieldOffset;
                    break;
                case 5:
                    WireReader entry = r.Message();
                    MapEntry e = MapEntry.Read(ref entry);
                    _entries.Add((e.Key, e.KeyOffset, e.Value, e.ValueOffset));
                    break;
                default:
                    others.Add(r.Skip());
                    break;
            }
        }

        if (!GraphDefText.IsNodeName(name.Span))
        {
            throw new ModelFormatException(GraphDefFormat.Label, name.IsEmpty ? "a node has no name" : $"'{GraphDefText.Decode(name.Span, nameOffset)}' is no node name: letters, digits and '.' first, then also '_', '-', '/' and '>'", nameOffset);
        }

        string text = GraphDefText.Decode(name.Span, nameOffset);
        if (@operator.IsEmpty)
        {
            throw new ModelFormatException(GraphDefFormat.Label, "the node names no operator", nodeOffset, text);
        }

        if (!_byName.TryAdd(name, _nodes.Count))
        {
            throw new ModelFormatException(GraphDefFormat.Label, "two nodes bear this name; names must be unique", nameOffset, text);
        }

        if (unordered)
        {
            _model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "an input stands after a control input; TensorFlow wants control inputs last, and so they are written", $"node '{text}'"));
        }

        Node node = _model.Graph.CreateNode(text, _attributes.Word(@operator, operatorOffset), outputs: 0);
        OperatorTraits traits = _model.Vocabulary.TraitsOf(node.Operator);
        _nodes.Add(node);
        _traits.Add(traits);
        node.Device = _attributes.Word(device, deviceOffset);
        GraphDefNodeExtension extension = new() { Fields = others.ToMemory(), ExplicitPorts = explicitPorts };
        bool special = !extension.Fields.IsEmpty || explicitPorts != 0;
        for (int i = 0; i < _entries.Count; i++)
        {
            (ReadOnlyMemory<byte> key, long keyOffset, ReadOnlyMemory<byte> value, long valueOffset) = _entries[i];
            if (traits.Kind == OperatorKind.Constant && key.Span.SequenceEqual("value"u8))
            {
                special |= ReadConstant(node, value, valueOffset, i, ref extension);
                continue;
            }

            node.Attributes[_attributes.Word(key, keyOffset)] = _attributes.Read(value, valueOffset, text);
        }

        if (traits.Kind == OperatorKind.Constant && (node.Outputs.Count == 0 || node.Output.Constant is null))
        {
            throw new ModelFormatException(GraphDefFormat.Label, "the constant has no tensor under 'value'", nodeOffset, text);
        }

        int outputs = TensorFlowOutputs.Count(node);
        Spend(outputs, nodeOffset, node);
        while (node.Outputs.Count < outputs)
        {
            node.AddOutput();
        }

        node.Extension = special ? extension : null;
    }

    // Lifts a constant's content out of the attribute. Returns whether something must be remembered for writing.
    private bool ReadConstant(Node node, ReadOnlyMemory<byte> value, long offset, int position, ref GraphDefNodeExtension extension)
    {
        RawFields tensor = default, others = default;
        bool present = false;
        long tensorOffset = offset;
        WireReader r = new(value, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            if (r.Field == 8)
            {
                ReadOnlyMemory<byte> part = r.Bytes();
                tensorOffset = r.Offset + r.Position - part.Length;
                tensor.Add(part);
                present = true;
            }
            else if (r.Field <= 10)
            {
                throw new ModelFormatException(GraphDefFormat.Label, $"the constant's 'value' is no tensor (it has field {r.Field})", r.FieldOffset, node.Name);
            }
            else
            {
                others.Add(r.Skip());
            }
        }

        if (!present)
        {
            return false;
        }

        Value output = node.GetOrAddOutput(0);
        output.Constant = GraphDefTensorReader.Read(tensor.ToMemory(), tensorOffset, node.Name, _model.Diagnostics, out ReadOnlyMemory<byte> tensorFields);
        output.Type = output.Constant.Type;
        output.Shape = new SymbolicShape(output.Constant.Shape);
        bool last = position == _entries.Count - 1;
        extension = extension with { ValuePosition = last ? -1 : position, ValueFields = others.ToMemory(), TensorFields = tensorFields };
        return !last || !extension.ValueFields.IsEmpty || !extension.TensorFields.IsEmpty;
    }

    private void Link()
    {
        for (int i = 0; i < _edges.Count; i++)
        {
            Edge e = _edges[i];
            Node consumer = _nodes[e.Consumer];
            if (!_byName.TryGetValue(e.Name, out int producer))
            {
                string missing = GraphDefText.Decode(e.Name.Span, e.Offset);
                throw new ModelFormatException(GraphDefFormat.Label, $"{(e.Port < 0 ? "control input" : "input")} '{missing}' is no node of the graph", e.Offset, consumer.Name);
            }

            _edges[i] = e with { Producer = producer };
            if (e.Port < 0)
            {
                consumer.AddControlInput(_nodes[producer]);
                continue;
            }

            if (e.Port >= _nodes[producer].Outputs.Count)
            {
                Spend((long)e.Port + 1 - _nodes[producer].Outputs.Count, e.Offset, _nodes[producer]);
            }

            consumer.AddInput(_nodes[producer].GetOrAddOutput(e.Port));
        }
    }

    // A few bytes can claim many outputs; a file's size bounds how many of them are believed.
    private void Spend(long outputs, long offset, Node node)
    {
        _outputs += outputs;
        if (_outputs > FreeOutputs + (_bytes.Length / BytesAnOutput))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"more outputs are claimed ({_outputs}) than a graph of {_bytes.Length} bytes can have", offset, node.Name);
        }
    }

    private void ReadVersions(ref WireReader r)
    {
        _producer ??= 0;
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    _producer = r.Int32();
                    break;
                case 2:
                    _minConsumer = r.Int32();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }
    }

    // Names only: FunctionDefLibrary.function (1) -> FunctionDef.signature (1) -> OpDef.name (1).
    private static void ReadLibrary(ref WireReader library, List<string> functions)
    {
        while (library.Next())
        {
            if (library.Field != 1)
            {
                library.Skip();
                continue;
            }

            string name = "";
            WireReader function = library.Message();
            while (function.Next())
            {
                if (function.Field != 1)
                {
                    function.Skip();
                    continue;
                }

                WireReader signature = function.Message();
                while (signature.Next())
                {
                    if (signature.Field == 1)
                    {
                        name = signature.Text();
                    }
                    else
                    {
                        signature.Skip();
                    }
                }
            }

            functions.Add(name);
        }
    }
}
