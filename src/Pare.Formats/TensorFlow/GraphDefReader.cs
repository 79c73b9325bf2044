using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Reads a binary GraphDef (graph.proto). One instance a file: nodes first, edges second, since consumers may stand before producers.</summary>
internal sealed class GraphDefReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _offset;
    private readonly Model _model = new(Vocabularies.TensorFlow);
    private readonly GraphDefOutputBudget _budget;
    private readonly GraphDefNodeReader _nodes;
    private readonly GraphDefFunctionReader _functions;
    private long? _producer;
    private long? _minConsumer;

    /// <param name="bytes">The GraphDef.</param>
    /// <param name="offset">Where it lies in its file, for errors.</param>
    public GraphDefReader(ReadOnlyMemory<byte> bytes, long offset = 0)
    {
        _bytes = bytes;
        _offset = offset;
        _budget = new GraphDefOutputBudget(bytes.Length);
        GraphDefAttributeReader attributes = new(_model.Diagnostics);
        _nodes = new GraphDefNodeReader(_model, _model.Graph, attributes, _budget, inFunction: false);
        _functions = new GraphDefFunctionReader(_model, attributes, _budget);
    }

    public Model Read()
    {
        RawFields others = default;
        _nodes.Expect(CountNodes());
        WireReader r = new(_bytes, GraphDefFormat.Label, _offset);
        while (r.Next())
        {
            if (r.Field == 1)
            {
                WireReader node = r.Message();
                _nodes.Read(ref node, r.FieldOffset);
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
                    _functions.ReadLibrary(ref message);
                }
            }
        }

        GraphDefExtension extension = new(others.ToMemory(), _producer, _minConsumer, [.. _model.Functions]);
        _model.Extension = extension;
        Link();
        GraphDefCycles.Check(_model.Graph, _nodes.Nodes, _nodes.Edges, n => _nodes.Traits[n].Kind == OperatorKind.NextIteration);
        GraphDefValueTypes.Assign(_nodes.Nodes, _nodes.Traits, extension);
        GraphInterface.Apply(_model);
        return _model;
    }

    private int CountNodes()
    {
        int count = 0;
        WireReader r = new(_bytes, GraphDefFormat.Label, _offset);
        while (r.Next())
        {
            count += r.Field == 1 ? 1 : 0;
            r.Skip();
        }

        return count;
    }

    private void Link()
    {
        List<Edge> edges = _nodes.Edges;
        List<Node> nodes = _nodes.Nodes;
        for (int i = 0; i < edges.Count; i++)
        {
            Edge e = edges[i];
            Node consumer = nodes[e.Consumer];
            if (!_nodes.ByName.TryGetValue(e.Name, out int producer))
            {
                string missing = GraphDefText.Decode(e.Name.Span, e.Offset);
                throw new ModelFormatException(GraphDefFormat.Label, $"{(e.Port < 0 ? "control input" : "input")} '{missing}' is no node of the graph", e.Offset, consumer.Name);
            }

            edges[i] = e with { Producer = producer };
            if (e.Port < 0)
            {
                consumer.AddControlInput(nodes[producer]);
                continue;
            }

            if (e.Port >= nodes[producer].Outputs.Count)
            {
                _budget.Spend((long)e.Port + 1 - nodes[producer].Outputs.Count, e.Offset, nodes[producer]);
            }

            consumer.AddInput(nodes[producer].GetOrAddOutput(e.Port));
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
}
