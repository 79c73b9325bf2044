namespace Pare.Passes.Conversion;

/// <summary>Branches: an If becomes an IF of two subgraphs, whose inputs are all that either takes from outside.</summary>
internal static class ToTFLiteControlFlowLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("If", If),
    ];

    private static void If(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        if (b.AllElements(c.Raw(0).Value) is [var known])
        {
            // Decided already: the branch's nodes stand in this graph.
            Graph taken = c.Attributes[known != 0 ? "then_branch" : "else_branch"].AsGraph;
            c.Scope.Lower(taken);
            for (int i = 0; i < c.Node.Outputs.Count; i++)
            {
                if (c.Scope.Find(taken.Outputs[i]) is { } lowered)
                {
                    c.Scope.Bind(c.Node.Outputs[i], lowered);
                }
            }

            return;
        }

        (OnnxToTFLiteScope Scope, int Index) then = Branch(c, "then_branch");
        (OnnxToTFLiteScope Scope, int Index) otherwise = Branch(c, "else_branch");
        List<(Value Onnx, LaidValue Outer)> captured = [.. then.Scope.Captured.Concat(otherwise.Scope.Captured).DistinctBy(p => p.Onnx)];
        Arrange(then.Scope, captured);
        Arrange(otherwise.Scope, captured);
        IReadOnlyList<Value> results = b.Emit(
            "IF",
            [b.Reshape(c.In(0), 1), .. captured.Select(p => p.Outer.Value)],
            c.Node.Outputs.Count,
            ("then_subgraph_index", AttributeValue.Of(then.Index)),
            ("else_subgraph_index", AttributeValue.Of(otherwise.Index)));
        for (int i = 0; i < results.Count; i++)
        {
            Value x = then.Scope.Builder.Graph.Outputs[i];
            Value y = otherwise.Scope.Builder.Graph.Outputs[i];
            results[i].Type = x.Type;
            results[i].Shape = x.Shape is { } s && y.Shape is { } t && s.Rank == t.Rank ? OnnxInference.Shape(s.Dimensions.Select((d, j) => d.Value == t[j].Value ? d : Dimension.Unknown)) : null;
            c.Set(i, results[i]);
        }
    }

    private static (OnnxToTFLiteScope Scope, int Index) Branch(ToTFLiteContext c, string attribute)
    {
        Graph graph = c.Attributes[attribute].AsGraph;
        (OnnxToTFLiteScope scope, int index) = c.Scope.Open(graph.Name);
        scope.Lower(graph);
        foreach (Value v in graph.Outputs)
        {
            scope.AddOutput(v);
        }

        return (scope, index);
    }

    // Both branches take the same inputs in the same order.
    private static void Arrange(OnnxToTFLiteScope scope, List<(Value Onnx, LaidValue Outer)> captured)
    {
        Graph graph = scope.Builder.Graph;
        List<Value> inputs = [];
        foreach ((Value onnx, LaidValue outer) in captured)
        {
            int at = scope.Captured.FindIndex(p => ReferenceEquals(p.Onnx, onnx));
            inputs.Add(at >= 0 ? graph.Inputs[at] : new Value(scope.Builder.MakeName(outer.Value.Name), outer.Value.Type, outer.Value.Shape));
        }

        graph.Inputs.Clear();
        foreach (Value v in inputs)
        {
            graph.Inputs.Add(v);
        }
    }
}
