namespace Pare.Passes.Conversion;

/// <summary>Fused recurrent cells: one step of an LSTM or a GRU, spelt out.</summary>
internal static class RecurrentLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("LSTMBlockCell", LstmBlockCell),
        new("GRUBlockCell", GruBlockCell),
    ];

    // Inputs x, cs_prev, h_prev, w, wci, wcf, wco, b; gates stand in the order i, ci, f, o.
    private static void LstmBlockCell(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value previous = c.Input(1);
        bool peephole = c.Attributes.GetBoolean("use_peephole");
        Value gates = b.Add(b.Emit("MatMul", [b.Concat(1, c.Input(0), c.Input(2)), c.Input(3)]), c.Input(7));
        IReadOnlyList<Value> g = b.Emit("Split", [gates], 4, ("axis", AttributeValue.Of(1L)), ("num_outputs", AttributeValue.Of(4L)));
        Value forget = b.Add(g[2], b.Scalar(gates.Type, c.Attributes.GetFloat("forget_bias", 1)));
        Value i = b.Emit("Sigmoid", [peephole ? b.Add(g[0], b.Mul(previous, c.Input(4))) : g[0]]);
        Value ci = b.Emit("Tanh", [g[1]]);
        Value f = b.Emit("Sigmoid", [peephole ? b.Add(forget, b.Mul(previous, c.Input(5))) : forget]);
        Value cs = b.Add(b.Mul(ci, i), b.Mul(previous, f));
        float clip = c.Attributes.GetFloat("cell_clip", 3);
        cs = clip > 0 ? b.Elementwise("Min", b.Elementwise("Max", cs, b.Scalar(cs.Type, -clip)), b.Scalar(cs.Type, clip)) : cs;
        Value o = b.Emit("Sigmoid", [peephole ? b.Add(g[3], b.Mul(cs, c.Input(6))) : g[3]]);
        Value co = b.Emit("Tanh", [cs]);
        Value[] outputs = [i, cs, f, o, ci, co, b.Mul(co, o)];
        for (int n = 0; n < outputs.Length; n++)
        {
            c.SetOutput(n, outputs[n]);
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
        Value[] outputs = [g[0], g[1], candidate, h];
        for (int n = 0; n < outputs.Length; n++)
        {
            c.SetOutput(n, outputs[n]);
        }
    }
}
