namespace Pare.Passes.Conversion;

/// <summary>Fused recurrent cells: one step of an LSTM or a GRU spelt out, and an LSTM over all steps as a loop.</summary>
internal static class RecurrentLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("LSTMBlockCell", LstmBlockCell),
        new("BlockLSTM", BlockLstm),
        new("BlockLSTMV2", BlockLstm),
        new("GRUBlockCell", GruBlockCell),
    ];

    // Inputs x, cs_prev, h_prev, w, wci, wcf, wco, b.
    private static void LstmBlockCell(LoweringContext c)
        => SetAll(c, Step(c, c.Onnx, c.Input(0), c.Input(1), c.Input(2), [.. Enumerable.Range(3, 5).Select(c.Input)], forgetFirst: false, c.Attributes.GetFloat("forget_bias", 1), c.Attributes.GetFloat("cell_clip", 3)));

    // Gives i, cs, f, o, ci, co, h. Weights are w, wci, wcf, wco, b; gates stand in the order i, ci, f, o, or i, f, ci, o.
    private static Value[] Step(LoweringContext c, OnnxBuilder b, Value x, Value previous, Value hidden, Value[] weights, bool forgetFirst, float forgetBias, float clip)
    {
        bool peephole = c.Attributes.GetBoolean("use_peephole");
        Value gates = b.Add(b.Emit("MatMul", [b.Concat(1, x, hidden), weights[0]]), weights[4]);
        IReadOnlyList<Value> g = b.Emit("Split", [gates], 4, ("axis", AttributeValue.Of(1L)), ("num_outputs", AttributeValue.Of(4L)));
        Value forget = b.Add(g[forgetFirst ? 1 : 2], b.Scalar(gates.Type, forgetBias));
        Value i = b.Emit("Sigmoid", [peephole ? b.Add(g[0], b.Mul(previous, weights[1])) : g[0]]);
        Value ci = b.Emit("Tanh", [g[forgetFirst ? 2 : 1]]);
        Value f = b.Emit("Sigmoid", [peephole ? b.Add(forget, b.Mul(previous, weights[2])) : forget]);
        Value cs = b.Add(b.Mul(ci, i), b.Mul(previous, f));
        cs = clip > 0 ? b.Elementwise("Min", b.Elementwise("Max", cs, b.Scalar(cs.Type, -clip)), b.Scalar(cs.Type, clip)) : cs;
        Value o = b.Emit("Sigmoid", [peephole ? b.Add(g[3], b.Mul(cs, weights[3])) : g[3]]);
        Value co = b.Emit("Tanh", [cs]);
        return [i, cs, f, o, ci, co, b.Mul(co, o)];
    }

    private static void SetAll(LoweringContext c, IReadOnlyList<Value> outputs)
    {
        for (int n = 0; n < outputs.Count; n++)
        {
            c.SetOutput(n, outputs[n]);
        }
    }

    // Inputs seq_len_max, x [time, batch, in], cs_prev, h_prev, w, wci, wcf, wco, b; every output for every step, zero past seq_len_max.
    private static void BlockLstm(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        bool second = c.Node.Operator == "BlockLSTMV2";
        Value x = c.Input(1);
        Value time = b.Reshape(b.Extent(x, 0), []);
        Value steps = b.Emit("Min", [b.AsScalar(c.Input(0)), time]);
        OnnxBuilder inner = new(new Graph(b.MakeName($"{b.Prefix}/steps")), b);
        Value Input(string name, DataType type, SymbolicShape? shape)
        {
            Value v = new(b.MakeName($"{b.Prefix}/{name}"), type, shape);
            inner.Graph.Inputs.Add(v);
            return v;
        }

        Value step = Input("step", DataType.Int64, new SymbolicShape());
        Value go = Input("go", DataType.Boolean, new SymbolicShape());
        Value cell = Input("cs", c.Input(2).Type, c.Input(2).Shape);
        Value hidden = Input("h", c.Input(3).Type, c.Input(3).Shape);
        Value now = inner.Emit("Gather", [x, step], ("axis", AttributeValue.Of(0L)));
        Value[] weights = [.. Enumerable.Range(4, 5).Select(c.Input)];
        Value[] results = Step(c, inner, now, cell, hidden, weights, second, second ? 0 : c.Attributes.GetFloat("forget_bias", 1), c.Attributes.GetFloat("cell_clip", second ? 0 : 3));
        InnerGraphs.SetOutputs(inner, [go, results[1], results[6], .. results]);
        IReadOnlyList<Value> loop = b.Emit("Loop", [steps, null, c.Input(2), c.Input(3)], 2 + results.Length, ("body", AttributeValue.Of(inner.Graph)));
        Value missing = b.AsVector(b.Sub(time, steps));
        Value pads = b.Concat(0, b.Int64s(0, 0, 0), missing, b.Int64s(0, 0));
        for (int n = 0; n < results.Length; n++)
        {
            Value all = loop[n + 2];
            all.Type = results[n].Type;
            all.Shape = results[n].Shape is { } s ? OnnxInference.Shape([Dimension.Unknown, .. s.Dimensions]) : OnnxInference.OfRank(3);
            c.SetOutput(n, b.Emit("Pad", [all, pads]));
        }
    }

    // Inputs x, h_prev, w_ru, w_c, b_ru, b_c; h = u·h_prev + (1 - u)·c.
    private static void GruBlockCell(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value previous = c.Input(1);
        Value gates = b.Emit("Sigmoid", [b.Add(b.Emit("MatMul", [b.Concat(1, x, previous), c.Input(2)]), c.Input(4))]);
        IReadOnlyList<Value> g = b.Emit("Split", [gates], 2, ("axis", AttributeValue.Of(1L)), ("num_outputs", AttributeValue.Of(2L)));
        Value candidate = b.Emit("Tanh", [b.Add(b.Emit("MatMul", [b.Concat(1, x, b.Mul(previous, g[0])), c.Input(3)]), c.Input(5))]);
        Value h = b.Add(b.Mul(g[1], previous), b.Mul(b.Sub(b.Scalar(candidate.Type, 1), g[1]), candidate));
        SetAll(c, [g[0], g[1], candidate, h]);
    }
}
