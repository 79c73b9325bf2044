using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Reads NodeDefs (node_def.proto) into a graph: that of a file, or a function's body. Edges are only gathered, since consumers may stand before producers.</summary>
internal sealed class GraphDefNodeReader(Model model, Graph graph, GraphDefAttributeReader attributes, GraphDefOutputBudget budget, bool inFunction)
{
    private readonly List<(ReadOnlyMemory<byte> Key, long KeyOffset, ReadOnlyMemory<byte> Value, long ValueOffset)> _entries = [];

    /// <summary>The nodes in the file's order.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>Their traits.</summary>
    public List<OperatorTraits> Traits { get; } = [];

    /// <summary>Their inputs, whose producers are not yet looked up.</summary>
    public List<Edge> Edges { get; } = [];

    /// <summary>Index of the node of a name.</summary>
    public Dictionary<ReadOnlyMemory<byte>, int> ByName { get; } = new(ByteStrings.Comparer);

    /// <summary>Makes room for so many nodes.</summary>
    public void Expect(int nodes)
    {
        Nodes.EnsureCapacity(nodes);
        Traits.EnsureCapacity(nodes);
        Edges.EnsureCapacity(nodes);
        ByName.EnsureCapacity(nodes);
    }

    /// <summary>Reads one NodeDef.</summary>
    public void Read(ref WireReader r, long nodeOffset)
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
                    bool explicitZero = false;
                    Edge edge = inFunction ? Edge.ParseInFunction(r.Bytes(), r.FieldOffset, Nodes.Count) : Edge.Parse(r.Bytes(), r.FieldOffset, Nodes.Count, out explicitZero);
                    unordered |= control && edge.Port >= 0;
                    control |= edge.Port < 0;
                    if (edge.Port >= 0)
                    {
                        explicitPorts |= explicitZero && inputs < 64 ? 1UL << inputs : 0;
                        inputs++;
                    }

                    Edges.Add(edge);
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

        if (!ByName.TryAdd(name, Nodes.Count))
        {
            throw new ModelFormatException(GraphDefFormat.Label, "two nodes bear this name; names must be unique", nameOffset, text);
        }

        if (unordered)
        {
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "an input stands after a control input; TensorFlow wants control inputs last, and so they are written", $"node '{text}'"));
        }

        Node node = graph.CreateNode(text, attributes.Word(@operator, operatorOffset), outputs: 0);
        OperatorTraits traits = model.Vocabulary.TraitsOf(node.Operator);
        Nodes.Add(node);
        Traits.Add(traits);
        node.Device = attributes.Word(device, deviceOffset);
        ReadOnlyMemory<byte> fields = others.ToMemory();
        GraphDefNodeExtension? extension = fields.IsEmpty && explicitPorts == 0 ? null : new GraphDefNodeExtension { Fields = fields, ExplicitPorts = explicitPorts };
        for (int i = 0; i < _entries.Count; i++)
        {
            (ReadOnlyMemory<byte> key, long keyOffset, ReadOnlyMemory<byte> value, long valueOffset) = _entries[i];
            if (traits.Kind == OperatorKind.Constant && key.Span.SequenceEqual("value"u8))
            {
                ReadConstant(node, value, valueOffset, i, ref extension);
                continue;
            }

            node.Attributes[attributes.Word(key, keyOffset)] = attributes.Read(value, valueOffset, text);
        }

        if (traits.Kind == OperatorKind.Constant && (node.Outputs.Count == 0 || node.Output.Constant is null))
        {
            throw new ModelFormatException(GraphDefFormat.Label, "the constant has no tensor under 'value'", nodeOffset, text);
        }

        int outputs = TensorFlowOutputs.Count(node);
        budget.Spend(outputs, nodeOffset, node);
        while (node.Outputs.Count < outputs)
        {
            node.AddOutput();
        }

        node.Extension = extension;
    }

    // Lifts a constant's content out of the attribute, and keeps what must be remembered for writing.
    private void ReadConstant(Node node, ReadOnlyMemory<byte> value, long offset, int position, ref GraphDefNodeExtension? extension)
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
            return;
        }

        Value output = node.GetOrAddOutput(0);
        output.Constant = GraphDefTensorReader.Read(tensor.ToMemory(), tensorOffset, node.Name, model.Diagnostics, out ReadOnlyMemory<byte> tensorFields);
        output.Type = output.Constant.Type;
        output.Shape = new SymbolicShape(output.Constant.Shape);
        bool last = position == _entries.Count - 1;
        ReadOnlyMemory<byte> valueFields = others.ToMemory();
        if (extension is not null || !last || !valueFields.IsEmpty || !tensorFields.IsEmpty)
        {
            extension = (extension ?? new GraphDefNodeExtension()) with { ValuePosition = last ? -1 : position, ValueFields = valueFields, TensorFields = tensorFields };
        }
    }
}
