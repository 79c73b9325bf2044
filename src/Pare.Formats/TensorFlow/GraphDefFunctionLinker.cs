using System.Globalization;
using System.Text;

namespace Pare.Formats.TensorFlow;

/// <summary>Looks up what a function's body names: arguments by their names, nodes' outputs as <c>node:output:index</c>.</summary>
internal sealed class GraphDefFunctionLinker(GraphDefNodeReader nodes, Dictionary<ReadOnlyMemory<byte>, Value> arguments, GraphDefOutputBudget budget, string function)
{
    public void LinkNodes(Graph body)
    {
        List<Edge> between = [];
        foreach (Edge e in nodes.Edges)
        {
            Node consumer = nodes.Nodes[e.Consumer];
            if (e.Port < 0)
            {
                // An argument is there before the body begins: nothing to wait for.
                if (!arguments.ContainsKey(e.Name))
                {
                    Node producer = ResolveNode(e.Name, e.Offset, consumer.Name);
                    consumer.AddControlInput(producer);
                    between.Add(e with { Producer = nodes.ByName[e.Name] });
                }

                continue;
            }

            Value value = Resolve(e.Name, e.Offset, "the input", consumer.Name);
            consumer.AddInput(value);
            if (value.Producer is { } p)
            {
                between.Add(e with { Producer = nodes.ByName[Encoding.UTF8.GetBytes(p.Name)] });
            }
        }

        GraphDefCycles.Check(body, nodes.Nodes, between, n => nodes.Traits[n].Kind == OperatorKind.NextIteration);
    }

    /// <summary>The value that <c>argument</c> or <c>node:output:index</c> names.</summary>
    public Value Resolve(ReadOnlyMemory<byte> name, long offset, string what, string? node = null)
    {
        if (arguments.TryGetValue(name, out Value? argument))
        {
            return argument;
        }

        int colon = name.Span.IndexOf((byte)':');
        ReadOnlyMemory<byte> producerName = colon < 0 ? name : name[..colon];
        if (!nodes.ByName.TryGetValue(producerName, out int index))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"{what} '{GraphDefText.Decode(name.Span, offset)}' is no argument and no node of the function '{function}'", offset, node);
        }

        Node producer = nodes.Nodes[index];
        int port = colon < 0 ? 0 : Port(producer, GraphDefText.Decode(name.Span[(colon + 1)..], offset), offset);
        if (port >= producer.Outputs.Count)
        {
            budget.Spend((long)port + 1 - producer.Outputs.Count, offset, producer);
        }

        // Kept as its name, so that the function can be written with it: only TensorFlow's registry knows what outputs are called.
        Value value = producer.GetOrAddOutput(port);
        if (colon >= 0 && !value.HasOwnName)
        {
            value.Name = GraphDefText.Decode(name.Span, offset);
        }

        return value;
    }

    public Node ResolveNode(ReadOnlyMemory<byte> name, long offset, string? node = null) => nodes.ByName.TryGetValue(name, out int index)
        ? nodes.Nodes[index]
        : throw new ModelFormatException(GraphDefFormat.Label, $"control input '{GraphDefText.Decode(name.Span, offset)}' is no node of the function '{function}'", offset, node);

    private static int Port(Node producer, string text, long offset)
    {
        int colon = text.LastIndexOf(':');
        string output = colon < 0 ? text : text[..colon];
        int index = 0;
        if (colon >= 0 && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"'{text}' names no output: its name and an index were expected", offset, producer.Name);
        }

        // Outputs in front of a named one are single values in all operators known here.
        return TensorFlowOutputs.PositionOf(producer.Operator, output) + index;
    }
}
