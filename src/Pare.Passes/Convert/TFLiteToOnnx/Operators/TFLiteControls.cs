namespace Pare.Passes.Conversion;

/// <summary>Branches, loops and calls of further subgraphs.</summary>
internal static class TFLiteControls
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("IF", If),
        TFLiteLowering.Of("WHILE", While),
        TFLiteLowering.Of("STABLEHLO_WHILE", While),
        TFLiteLowering.Of("CALL", c => Call(c, "subgraph")),
        TFLiteLowering.Of("STABLEHLO_COMPOSITE", c => Call(c, "decomposition_subgraph_index")),
    ];

    private static void Call(TFLiteContext c, string option)
    {
        Graph graph = c.Graph.Converter.Subgraph(c.Attributes.GetInteger(option));
        IReadOnlyList<TFLiteOperand> outputs = Lower(c, graph, c.Onnx, [.. Enumerable.Range(0, c.InputCount).Select(c.Operand)], c.Graph.IsMain);
        for (int i = 0; i < Math.Min(outputs.Count, c.Node.Outputs.Count); i++)
        {
            c.SetOperand(i, c.Output(i).FromStored(outputs[i].Stored));
        }
    }

    private static void If(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value condition = b.Reshape(c.Stored(0), []);
        TFLiteOperand[] inputs = [.. Enumerable.Range(1, c.InputCount - 1).Select(c.Operand)];
        Graph[] branches = [Branch(c, "then_subgraph_index", inputs), Branch(c, "else_subgraph_index", inputs)];
        IReadOnlyList<Value> results = b.Emit("If", [condition], c.Node.Outputs.Count, ("then_branch", AttributeValue.Of(branches[0])), ("else_branch", AttributeValue.Of(branches[1])));
        for (int i = 0; i < results.Count; i++)
        {
            (Value first, Value second) = (branches[0].Outputs[i], branches[1].Outputs[i]);
            results[i].Type = first.Type;
            results[i].Shape = first.Shape is { } s && s.Equals(second.Shape) ? s : null;
            c.SetOperand(i, c.Output(i).FromStored(results[i]));
        }
    }

    private static Graph Branch(TFLiteContext c, string option, TFLiteOperand[] inputs)
    {
        Graph subgraph = c.Graph.Converter.Subgraph(c.Attributes.GetInteger(option));
        if (subgraph.Outputs.Count != c.Node.Outputs.Count)
        {
            throw new LoweringException($"a branch gives {subgraph.Outputs.Count} outputs; the operator has {c.Node.Outputs.Count}");
        }

        Graph body = new(c.Onnx.MakeName($"{c.Onnx.Prefix}/{option}"));
        OnnxBuilder inner = new(body, c.Onnx);
        foreach (TFLiteOperand o in Lower(c, subgraph, inner, inputs, false))
        {
            body.Outputs.Add(inner.Emit("Identity", [o.Stored]));
        }

        return body;
    }

    // The condition is computed before the loop and at the end of each turn.
    private static void While(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Graph condition = c.Graph.Converter.Subgraph(c.Attributes.GetInteger("cond_subgraph_index"));
        Graph subgraph = c.Graph.Converter.Subgraph(c.Attributes.GetInteger("body_subgraph_index"));
        TFLiteOperand[] before = [.. Enumerable.Range(0, c.InputCount).Select(c.Operand)];
        if (subgraph.Outputs.Count != before.Length || condition.Outputs.Count != 1)
        {
            throw new LoweringException($"the body gives {subgraph.Outputs.Count} values for {before.Length}, the condition {condition.Outputs.Count}");
        }

        Value Truth(OnnxBuilder builder, TFLiteOperand[] values) => builder.Reshape(Lower(c, condition, builder, values, false)[0].Stored, []);
        Value first = Truth(b, before);
        Graph body = new(b.MakeName($"{b.Prefix}/body"));
        OnnxBuilder inner = new(body, b);
        body.Inputs.Add(new Value(b.MakeName($"{b.Prefix}/turn"), DataType.Int64, new SymbolicShape()));
        body.Inputs.Add(new Value(b.MakeName($"{b.Prefix}/go"), DataType.Boolean, new SymbolicShape()));
        List<TFLiteOperand> carried = [];
        for (int i = 0; i < before.Length; i++)
        {
            // A shape may change from turn to turn where the subgraph says less of it.
            Value stored = before[i].Stored;
            SymbolicShape? shape = subgraph.Inputs[i].Shape is { IsStatic: true } said && said.Equals(stored.Shape) ? said : subgraph.Inputs[i].Shape is { IsStatic: false } open ? open : stored.Shape;
            Value input = new(b.MakeName($"{b.Prefix}/in"), stored.Type, shape);
            body.Inputs.Add(input);
            carried.Add(new TFLiteOperand(inner, before[i].Quantization, before[i].Type).FromStored(input));
        }

        TFLiteOperand[] after = [.. Lower(c, subgraph, inner, [.. carried], false)];
        body.Outputs.Add(inner.Emit("Identity", [Truth(inner, after)]));
        foreach (TFLiteOperand o in after)
        {
            body.Outputs.Add(inner.Emit("Identity", [o.Stored]));
        }

        IReadOnlyList<Value> results = b.Emit("Loop", [null, first, .. before.Select(o => o.Stored)], before.Length, ("body", AttributeValue.Of(body)));
        for (int i = 0; i < c.Node.Outputs.Count; i++)
        {
            results[i].Type = before[i].Stored.Type;
            results[i].Shape = before[i].Stored.Shape is { } s && s.Equals(after[i].Stored.Shape) ? s : c.Node.Outputs[i].Shape;
            c.SetOperand(i, c.Output(i).FromStored(results[i]));
        }
    }

    // Carries a subgraph over in place; handles of variables go in with the inputs.
    private static IReadOnlyList<TFLiteOperand> Lower(TFLiteContext c, Graph graph, OnnxBuilder builder, TFLiteOperand[] inputs, bool isMain)
    {
        if (graph.Inputs.Count != inputs.Length)
        {
            throw new LoweringException($"the subgraph takes {graph.Inputs.Count} inputs; {inputs.Length} are given");
        }

        if (c.Graph.Depth > 32)
        {
            throw new LoweringException("subgraphs call each other without end");
        }

        TFLiteGraphLowering lowering = new(c.Graph.Converter, builder, isMain) { Depth = c.Graph.Depth + 1 };
        for (int i = 0; i < inputs.Length; i++)
        {
            lowering.BindUnnamed(graph.Inputs[i], inputs[i]);
        }

        int reports = c.Graph.Converter.ReportCount;
        string prefix = builder.Prefix;
        lowering.Lower(GraphOrder.Topological(graph));
        builder.Prefix = prefix;
        return c.Graph.Converter.ReportCount > reports
            ? throw new LoweringException("its subgraph cannot be carried over")
            : [.. graph.Outputs.Select(lowering.Find)];
    }
}
