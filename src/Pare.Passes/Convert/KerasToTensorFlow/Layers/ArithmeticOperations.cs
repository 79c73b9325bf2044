using Operation = System.Action<Pare.Passes.Conversion.LayerContext, Pare.Passes.Conversion.CallArguments>;

namespace Pare.Passes.Conversion;

/// <summary>Plain operations on each element, products, and activations.</summary>
internal static class ArithmeticOperations
{
    public static IEnumerable<(string Name, Operation Operation)> All { get; } =
    [
        .. new[]
        {
            ("square", "Square"), ("sqrt", "Sqrt"), ("rsqrt", "Rsqrt"), ("exp", "Exp"), ("expm1", "Expm1"), ("log", "Log"), ("log1p", "Log1p"), ("abs", "Abs"), ("negative", "Neg"), ("sin", "Sin"), ("cos", "Cos"),
            ("tan", "Tan"), ("sinh", "Sinh"), ("cosh", "Cosh"), ("atan", "Atan"), ("erf", "Erf"), ("floor", "Floor"), ("ceil", "Ceil"), ("round", "Round"), ("sign", "Sign"), ("reciprocal", "Reciprocal"),
            ("zeroslike", "ZerosLike"), ("oneslike", "OnesLike"),
        }.Select(n => (n.Item1, (Operation)((c, a) => c.SetOutput(c.TensorFlow.Unary(n.Item2, OperationLayers.First(c, a)))))),
        .. new[]
        {
            ("relu", "relu"), ("relu6", "relu6"), ("elu", "elu"), ("selu", "selu"), ("celu", "celu"), ("sigmoid", "sigmoid"), ("tanh", "tanh"), ("softplus", "softplus"), ("softsign", "softsign"), ("silu", "silu"), ("mish", "mish"),
            ("hardsigmoid", "hard_sigmoid"), ("hardsilu", "hard_silu"), ("hardtanh", "hard_tanh"), ("logsigmoid", "log_sigmoid"), ("tanhshrink", "tanh_shrink"), ("softshrink", "soft_shrink"), ("hardshrink", "hard_shrink"),
            ("squareplus", "squareplus"), ("sparsesigmoid", "sparse_sigmoid"), ("sparseplus", "sparse_plus"), ("glu", "glu"),
        }.Select(n => (n.Item1, (Operation)((c, a) => c.SetOutput(Activations.ByName(c, OperationLayers.Float(c, a), n.Item2))))),
        .. new (string, Func<TensorFlowBuilder, Value, Value, Value>)[]
        {
            ("add", TensorFlowMath.Add), ("subtract", TensorFlowMath.Sub), ("multiply", TensorFlowMath.Mul), ("divide", TensorFlowMath.Div), ("maximum", TensorFlowMath.Maximum), ("minimum", TensorFlowMath.Minimum),
            ("pow", (b, x, y) => b.Binary("Pow", x, y)), ("squareddifference", (b, x, y) => b.Binary("SquaredDifference", x, y)), ("floordivide", (b, x, y) => b.Binary("FloorDiv", x, y)), ("mod", (b, x, y) => b.Binary("FloorMod", x, y)),
            ("atan2", (b, x, y) => b.Binary("Atan2", x, y)), ("dividenonan", (b, x, y) => b.Binary("DivNoNan", x, y)),
        }.Select(n => (n.Item1, (Operation)((c, a) => c.SetOutput(OperationLayers.Pair(c, a, n.Item2))))),
        ("identity", Identity),
        ("stopgradient", Identity),
        ("log2", (c, a) => c.SetOutput(c.TensorFlow.Mul(c.TensorFlow.Unary("Log", OperationLayers.Float(c, a)), c.TensorFlow.Float(1 / Math.Log(2))))),
        ("log10", (c, a) => c.SetOutput(c.TensorFlow.Mul(c.TensorFlow.Unary("Log", OperationLayers.Float(c, a)), c.TensorFlow.Float(1 / Math.Log(10))))),
        ("softmax", (c, a) => c.SetOutput(c.TensorFlow.Softmax(OperationLayers.Float(c, a), (int)(a.Integers("axis", 1) is [var axis] ? axis : -1)))),
        ("logsoftmax", (c, a) => c.SetOutput(c.TensorFlow.Softmax(OperationLayers.Float(c, a), (int)(a.Integers("axis", 1) is [var axis] ? axis : -1), "LogSoftmax"))),
        ("leakyrelu", (c, a) => c.SetOutput(Activations.Leaky(c.TensorFlow, OperationLayers.Float(c, a), a.Real("alpha", 1) ?? a.Real("negative_slope", 1) ?? 0.2))),
        ("gelu", (c, a) => c.SetOutput(Activations.Gelu(c.TensorFlow, OperationLayers.Float(c, a), a.Flag("approximate", c.Domain.Length > 0, 1)))),
        ("clip", Clip),
        ("cast", (c, a) => c.SetOutput(c.TensorFlow.Cast(OperationLayers.First(c, a), OperationLayers.TypeOf(a.Text("dtype", "float32", 1))))),
        ("matmul", MatMul),
        ("dot", Dot),
        ("einsum", (c, a) => c.SetOutput(EinsumLayers.Product(c.TensorFlow, a.Text("subscripts", a.Text("equation", "", 0), 0), [.. Enumerable.Range(0, c.InputCount).Select(c.Input)]))),
    ];

    private static void Identity(LayerContext c, CallArguments a) => c.SetOutput(OperationLayers.First(c, a));

    private static void Clip(LayerContext c, CallArguments a) => c.SetOutput(Activations.Clip(
        c.TensorFlow,
        OperationLayers.Float(c, a),
        a.Real("clip_value_min", 1) ?? a.Real("x_min", 1) ?? throw new LoweringException("the lower bound is missing"),
        a.Real("clip_value_max", 2) ?? a.Real("x_max", 2) ?? throw new LoweringException("the upper bound is missing")));

    private static void MatMul(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        c.SetOutput(c.TensorFlow.BatchMatMul(x, a.Operand(c.Domain.Length > 0 ? "x2" : "b", 1, x), a.Flag("transpose_a", false, 2), a.Flag("transpose_b", false, 3)));
    }

    // The last axis of the first with the last but one of the second, as NumPy's.
    private static void Dot(LayerContext c, CallArguments a)
    {
        Value x = OperationLayers.First(c, a);
        Value y = a.Operand("x2", 1, x);
        if (OperationLayers.Rank(y) != 2 || OperationLayers.Rank(x) < 2)
        {
            LayerContext.Unsupported("dot is carried over for a matrix on the right");
        }

        c.SetOutput(c.TensorFlow.BatchMatMul(x, y));
    }
}
