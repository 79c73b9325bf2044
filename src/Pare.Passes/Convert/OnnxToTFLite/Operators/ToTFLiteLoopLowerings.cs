namespace Pare.Passes.Conversion;

/// <summary>
/// Loops: an ONNX Loop becomes a WHILE of two subgraphs. What both pass along: the count of rounds, the condition, the carried values, the results gathered so far, then all that the body takes from
/// outside, unchanged.
/// </summary>
internal static class ToTFLiteLoopLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Loop", Loop),
    ];

    private static void Loop(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Graph body = c.Attributes["body"].AsGraph;
        int carried = c.InputCount - 2;
        int gathered = c.Node.Outputs.Count - carried;
        long? rounds = c.Has(0) && c.Integers(0) is [var trips] ? trips : null;
        if (gathered > 0 && rounds is not (> 0 and <= 1 << 20))
        {
            throw new LoweringException("results gathered over a loop need a known number of rounds");
        }

        // The first round's values; scalars all have rank 0.
        List<Value> start = [b.Scalar(DataType.Int64, 0), c.Has(1) ? b.ToScalar(c.In(1)) : b.Constant(new DenseTensorData(DataType.Boolean, TensorShape.Scalar, new byte[] { 1 }))];
        start.AddRange(Enumerable.Range(0, carried).Select(i => c.In(i + 2)));

        (OnnxToTFLiteScope inner, int bodyIndex) = c.Scope.Open(body.Name);
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            Value like = start[i];
            inner.Bind(body.Inputs[i], new LaidValue(inner.AddInput(body.Inputs[i].Name, like.Type, i < 2 ? new SymbolicShape() : Common(like.Shape, body.Inputs[i].Shape))));
        }

        int own = inner.Builder.Graph.Inputs.Count;
        inner.Lower(body);
        if (body.Outputs.Any(v => inner.Find(v) is null))
        {
            return;
        }

        List<Value> next = [.. body.Outputs.Select(v => inner.Builder.Straight(inner.Find(v)!.Value))];
        Value count = inner.Builder.Graph.Inputs[0];
        List<Value> buffers = [];
        for (int i = 0; i < gathered; i++)
        {
            Value row = next[1 + carried + i];
            TensorShape shape = row.Shape?.ToStatic() ?? throw new LoweringException("results gathered over a loop need a known shape");
            long[] all = [rounds!.Value, .. shape.Dimensions];
            start.Add(b.Constant(new SplatTensorData(row.Type, new TensorShape(all), new byte[row.Type.BitWidth() / 8])));
            Value buffer = inner.AddInput("gathered", row.Type, new SymbolicShape(new TensorShape(all)));
            buffers.Add(buffer);
            TFLiteBuilder ib = inner.Builder;
            Value at = ib.Join([ib.Reshape(ib.Cast(count, DataType.Int32), 1), ib.Int32s(new long[shape.Rank])]);
            next[1 + carried + i] = ib.Emit("DYNAMIC_UPDATE_SLICE", [buffer, ib.Reshape(row, [1, .. shape.Dimensions]), at], row.Type, buffer.Shape);
        }

        // Inputs in the order of the values passed along: own, gathered, captured.
        List<Value> captured = [.. inner.Builder.Graph.Inputs.Skip(own).Where(v => !buffers.Contains(v))];
        List<Value> order = [.. inner.Builder.Graph.Inputs.Take(own), .. buffers, .. captured];
        inner.Builder.Graph.Inputs.Clear();
        order.ForEach(inner.Builder.Graph.Inputs.Add);
        start.AddRange(inner.Captured.Select(p => p.Outer.Value));
        inner.Builder.Prefix = "round";
        Value after = inner.Builder.Binary("ADD", count, inner.Builder.Scalar(DataType.Int64, 1));
        List<Value> results = [after, inner.Builder.ToScalar(next[0]), .. next.Skip(1), .. captured];
        results.ForEach(inner.Builder.Graph.Outputs.Add);

        int conditionIndex = Condition(c, order, rounds);
        IReadOnlyList<Value> outputs = b.Emit("WHILE", [.. start.Cast<Value?>()], start.Count, ("cond_subgraph_index", AttributeValue.Of(conditionIndex)), ("body_subgraph_index", AttributeValue.Of(bodyIndex)));
        for (int i = 0; i < outputs.Count; i++)
        {
            outputs[i].Type = start[i].Type;
            outputs[i].Shape = Common(start[i].Shape, results[i].Shape);
        }

        for (int i = 0; i < c.Node.Outputs.Count; i++)
        {
            c.Set(i, outputs[2 + i]);
        }
    }

    // go && count < rounds
    private static int Condition(ToTFLiteContext c, List<Value> like, long? rounds)
    {
        (OnnxToTFLiteScope scope, int index) = c.Scope.Open("condition");
        foreach (Value v in like)
        {
            scope.AddInput(v.Name, v.Type, v.Shape);
        }

        TFLiteBuilder b = scope.Builder;
        b.Prefix = "go";
        Value count = b.Graph.Inputs[0];
        Value go = b.Graph.Inputs[1];
        Value limit;
        if (rounds is { } known)
        {
            limit = b.Scalar(DataType.Int64, known);
        }
        else if (c.Has(0))
        {
            throw new LoweringException("the number of rounds is computed at run time; it must be constant, or absent where a condition ends the loop");
        }
        else
        {
            limit = b.Scalar(DataType.Int64, long.MaxValue);
        }

        b.Graph.Outputs.Add(b.Emit("LOGICAL_AND", [go, b.Compare("LESS", count, limit)]));
        return index;
    }

    private static SymbolicShape? Common(SymbolicShape? a, SymbolicShape? b)
        => a is null || b is null ? a ?? b : a.Rank != b.Rank ? null : OnnxInference.Shape(a.Dimensions.Select((d, i) => d.Value == b[i].Value ? d : Dimension.Unknown));
}
