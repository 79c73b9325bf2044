namespace Pare.Passes.Conversion;

/// <summary>Graphs inside ONNX's If and Loop.</summary>
internal static class InnerGraphs
{
    /// <summary>Gives up a graph: what it took from outside is no longer taken by it.</summary>
    public static void Discard(Graph graph)
    {
        foreach (Node n in graph.Nodes)
        {
            foreach (Graph inner in n.Subgraphs())
            {
                Discard(inner);
            }

            n.SetInputs();
        }
    }

    /// <summary>Makes values the outputs of a builder's graph; those that stand outside it, are its inputs, or come twice go through an Identity.</summary>
    public static void SetOutputs(OnnxBuilder builder, IEnumerable<Value> values)
    {
        Graph graph = builder.Graph;
        foreach (Value v in values)
        {
            bool own = v.Producer is { } p && ReferenceEquals(p.Graph, graph) && !graph.IsOutput(v);
            Value output = v;
            if (!own)
            {
                output = graph.CreateNode(builder.MakeName($"{builder.Prefix}/output"), "Identity", [v], outputs: 0).AddOutput(builder.MakeName($"{builder.Prefix}/output"));
                output.Type = v.Type;
                output.Shape = v.Shape;
            }

            graph.Outputs.Add(output);
        }
    }
}
