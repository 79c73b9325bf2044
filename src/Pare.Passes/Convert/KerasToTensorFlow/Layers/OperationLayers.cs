namespace Pare.Passes.Conversion;

/// <summary>
/// Plain operations in a model's graph: Keras 2's <c>TFOpLambda</c> over a function of TensorFlow, Keras 3's operations (<c>keras.ops</c>). Both come down to the same few.
/// </summary>
internal static class OperationLayers
{
    private static readonly Dictionary<string, Action<LayerContext, CallArguments>> s_operations = Make();

    // How TensorFlow's functions and Keras 3's classes are called here.
    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.Ordinal)
    {
        ["__operators__.add"] = "add",
        ["__operators__.sub"] = "subtract",
        ["__operators__.mul"] = "multiply",
        ["__operators__.truediv"] = "divide",
        ["__operators__.pow"] = "pow",
        ["__operators__.neg"] = "negative",
        ["__operators__.abs"] = "abs",
        ["__operators__.matmul"] = "matmul",
        ["truedivide"] = "divide",
        ["truediv"] = "divide",
        ["realdiv"] = "divide",
        ["power"] = "pow",
        ["absolute"] = "abs",
        ["swish"] = "silu",
        ["concatenate"] = "concat",
        ["reducemean"] = "mean",
        ["reducesum"] = "sum",
        ["reducemax"] = "max",
        ["reducemin"] = "min",
        ["amax"] = "max",
        ["amin"] = "min",
        ["clipbyvalue"] = "clip",
        ["permutedims"] = "transpose",
        ["sub"] = "subtract",
        ["mul"] = "multiply",
        ["neg"] = "negative",
        ["l2normalize"] = "normalize",
    };

    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("TFOpLambda", c => Run(c, c.Text("function", ""))),
        .. s_operations.Keys.Concat(s_aliases.Keys.Where(a => !a.StartsWith('_'))).SelectMany(ClassNames).Distinct().Select(n => KeyValuePair.Create<string, LayerLowering>($"keras.ops::{n}", c => Run(c, c.ClassName))),
    ];

    // Keras 3's classes: Add, ExpandDims, LogSoftmax, …
    private static IEnumerable<string> ClassNames(string operation) => operation switch
    {
        "expanddims" => ["ExpandDims"],
        "logsoftmax" => ["LogSoftmax"],
        "leakyrelu" => ["LeakyRelu"],
        "zeroslike" => ["ZerosLike"],
        "oneslike" => ["OnesLike"],
        "truedivide" => ["TrueDivide"],
        "hardsigmoid" => ["HardSigmoid"],
        "logsigmoid" => ["LogSigmoid"],
        _ => [char.ToUpperInvariant(operation[0]) + operation[1..]],
    };

    private static void Run(LayerContext c, string function)
    {
        string plain = function.StartsWith("__", StringComparison.Ordinal) ? function : function[(function.LastIndexOf('.') + 1)..].Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        string name = s_aliases.GetValueOrDefault(plain, plain);
        if (!s_operations.TryGetValue(name, out Action<LayerContext, CallArguments>? operation))
        {
            throw new LoweringException($"the function '{function}' is not carried over; rebuild the model with Keras's own layers");
        }

        operation(c, new CallArguments(c));
    }

    private static Dictionary<string, Action<LayerContext, CallArguments>> Make()
    {
        Dictionary<string, Action<LayerContext, CallArguments>> all = new(StringComparer.Ordinal);
        foreach ((string name, string op) in new[]
        {
            ("square", "Square"), ("sqrt", "Sqrt"), ("rsqrt", "Rsqrt"), ("exp", "Exp"), ("log", "Log"), ("log1p", "Log1p"), ("abs", "Abs"), ("negative", "Neg"), ("sin", "Sin"), ("cos", "Cos"), ("erf", "Erf"), ("floor", "Floor"),
            ("ceil", "Ceil"), ("round", "Round"), ("sign", "Sign"), ("reciprocal", "Reciprocal"), ("zeroslike", "ZerosLike"), ("oneslike", "OnesLike"),
        })
        {
            all[name] = (c, a) => c.SetOutput(c.TensorFlow.Unary(op, First(c, a)));
        }

        foreach ((string name, string activation) in new[]
        {
            ("relu", "relu"), ("relu6", "relu6"), ("elu", "elu"), ("selu", "selu"), ("sigmoid", "sigmoid"), ("tanh", "tanh"), ("softplus", "softplus"), ("softsign", "softsign"), ("silu", "silu"),
            ("hardsigmoid", "hard_sigmoid"), ("logsigmoid", "log_sigmoid"),
        })
        {
            all[name] = (c, a) => c.SetOutput(Activations.ByName(c, Float(c, a), activation));
        }

        foreach ((string name, Func<TensorFlowBuilder, Value, Value, Value> operation) in new (string, Func<TensorFlowBuilder, Value, Value, Value>)[]
        {
            ("add", TensorFlowMath.Add), ("subtract", TensorFlowMath.Sub), ("multiply", TensorFlowMath.Mul), ("divide", TensorFlowMath.Div), ("maximum", TensorFlowMath.Maximum), ("minimum", TensorFlowMath.Minimum),
            ("pow", (b, x, y) => b.Binary("Pow", x, y)), ("squareddifference", (b, x, y) => b.Binary("SquaredDifference", x, y)),
        })
        {
            all[name] = (c, a) => c.SetOutput(Pair(c, a, operation));
        }

        foreach ((string name, string op) in new[] { ("mean", "Mean"), ("sum", "Sum"), ("max", "Max"), ("min", "Min"), ("prod", "Prod") })
        {
            all[name] = (c, a) => c.SetOutput(Reduce(c, a, op));
        }

        all["identity"] = (c, a) => c.SetOutput(First(c, a));
        all["stopgradient"] = all["identity"];
        all["softmax"] = (c, a) => c.SetOutput(c.TensorFlow.Softmax(Float(c, a), (int)(a.Integers("axis", 1) is [var axis] ? axis : -1)));
        all["logsoftmax"] = (c, a) => c.SetOutput(c.TensorFlow.Softmax(Float(c, a), (int)(a.Integers("axis", 1) is [var axis] ? axis : -1), "LogSoftmax"));
        all["leakyrelu"] = (c, a) => c.SetOutput(Activations.Leaky(c.TensorFlow, Float(c, a), a.Real("alpha", 1) ?? a.Real("negative_slope", 1) ?? 0.2));
        all["gelu"] = (c, a) => c.SetOutput(Activations.Gelu(c.TensorFlow, Float(c, a), a.Flag("approximate", c.Domain.Length > 0, 1)));
        all["clip"] = (c, a) => c.SetOutput(Activations.Clip(
            c.TensorFlow, Float(c, a), a.Real("clip_value_min", 1) ?? a.Real("x_min", 1) ?? throw new LoweringException("the lower bound is missing"), a.Real("clip_value_max", 2) ?? a.Real("x_max", 2) ?? throw new LoweringException("the upper bound is missing")));
        all["normalize"] = (c, a) => c.SetOutput(Normalize(c, a));
        all["cast"] = (c, a) => c.SetOutput(c.TensorFlow.Cast(First(c, a), TypeOf(a.Text("dtype", "float32", 1))));
        all["matmul"] = (c, a) =>
        {
            Value x = First(c, a);
            c.SetOutput(c.TensorFlow.BatchMatMul(x, a.Operand(c.Domain.Length > 0 ? "x2" : "b", 1, x), a.Flag("transpose_a", false, 2), a.Flag("transpose_b", false, 3)));
        };
        all["concat"] = (c, a) => c.SetOutput(c.TensorFlow.Concat(a.Operands(c.Domain.Length > 0 ? "xs" : "values", 0), (int)(a.Integers("axis", 1) is [var axis] ? axis : 0)));
        all["stack"] = (c, a) =>
        {
            Value[] parts = a.Operands(c.Domain.Length > 0 ? "x" : "values", 0);
            long axis = a.Integers("axis", 1) is [var at] ? at : 0;
            c.SetOutput(c.TensorFlow.Pack(parts, (int)(axis < 0 ? axis + (parts[0].Shape?.Rank ?? 0) + 1 : axis)));
        };
        all["expanddims"] = (c, a) => c.SetOutput((a.Integers("axis", 1) ?? throw new LoweringException("'axis' is missing")).Aggregate(First(c, a), (v, axis) => c.TensorFlow.ExpandDims(v, (int)axis)));
        all["squeeze"] = (c, a) => c.SetOutput((a.Integers("axis", 1) ?? throw new LoweringException("axes to be squeezed must be named")).OrderDescending().Aggregate(First(c, a), (v, axis) => c.TensorFlow.Squeeze(v, (int)axis)));
        all["reshape"] = (c, a) => c.SetOutput(c.TensorFlow.Reshape(First(c, a), a.Integers("shape", 1) ?? a.Integers("newshape", 1) ?? throw new LoweringException("'shape' is missing")));
        all["transpose"] = (c, a) =>
        {
            Value x = First(c, a);
            int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
            c.SetOutput(c.TensorFlow.Transpose(x, a.Integers("perm", 1) ?? a.Integers("axes", 1) ?? [.. Enumerable.Range(0, rank).Reverse().Select(i => (long)i)]));
        };
        all["tile"] = (c, a) => c.SetOutput(c.TensorFlow.Tile(First(c, a), a.Integers("multiples", 1) ?? a.Integers("repeats", 1) ?? throw new LoweringException("'multiples' is missing")));
        return all;
    }

    private static Value First(LayerContext c, CallArguments a) => a.Element("x", 0) is not null || c.InputCount == 0 ? a.Operand("x", 0) : c.Raw(0);

    private static Value Float(LayerContext c, CallArguments a) => c.TensorFlow.Cast(First(c, a), DataType.Float32);

    // Numbers take the type of the tensor beside them, on either side.
    private static Value Pair(LayerContext c, CallArguments a, Func<TensorFlowBuilder, Value, Value, Value> operation)
    {
        string second = c.Domain.Length > 0 ? "x2" : "y";
        Value like = c.Raw(0);
        Value x = c.Domain.Length > 0 ? a.Operand("x1", 0, like) : a.Operand("x", 0, like);
        Value y = a.Operand(second, 1, like);
        if (x.Type != y.Type)
        {
            x = c.TensorFlow.Cast(x, DataType.Float32);
            y = c.TensorFlow.Cast(y, DataType.Float32);
        }

        return operation(c.TensorFlow, x, y);
    }

    private static Value Reduce(LayerContext c, CallArguments a, string op)
    {
        Value x = First(c, a);
        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
        long[] axes = a.Integers("axis", 1) ?? [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        return c.TensorFlow.Reduce(op, x, axes, a.Flag("keepdims", false, 2));
    }

    private static Value Normalize(LayerContext c, CallArguments a)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = Float(c, a);
        long[] axes = a.Integers("axis", 1) ?? [-1];
        Value square = b.Reduce("Sum", b.Mul(x, x), axes, keep: true);
        return b.Mul(x, b.Unary("Rsqrt", b.Maximum(square, b.Float(a.Real("epsilon", 2) ?? 1e-12))));
    }

    private static DataType TypeOf(string name) => name switch
    {
        "float32" => DataType.Float32,
        "int32" => DataType.Int32,
        "int64" => DataType.Int64,
        "bool" => DataType.Boolean,
        "uint8" => DataType.UInt8,
        "int8" => DataType.Int8,
        "float16" or "bfloat16" or "float64" => DataType.Float32,
        _ => throw new LoweringException($"the element type '{name}' is not carried over"),
    };
}
