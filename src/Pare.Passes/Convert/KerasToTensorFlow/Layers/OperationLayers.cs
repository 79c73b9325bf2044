using Operation = System.Action<Pare.Passes.Conversion.LayerContext, Pare.Passes.Conversion.CallArguments>;

namespace Pare.Passes.Conversion;

/// <summary>
/// Plain operations in a model's graph: Keras 2's <c>TFOpLambda</c> over a function of TensorFlow, Keras 3's operations (<c>keras.ops</c>). Both come down to the same few,
/// which are known by their names in small letters without underscores.
/// </summary>
internal static class OperationLayers
{
    /// <summary>The domain of Keras 3's operations.</summary>
    public const string Domain = "keras.ops";

    // How TensorFlow's functions and Keras 3's classes are called here.
    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.Ordinal)
    {
        ["__operators__.add"] = "add",
        ["__operators__.sub"] = "subtract",
        ["__operators__.mul"] = "multiply",
        ["__operators__.truediv"] = "divide",
        ["__operators__.floordiv"] = "floordivide",
        ["__operators__.mod"] = "mod",
        ["__operators__.pow"] = "pow",
        ["__operators__.neg"] = "negative",
        ["__operators__.abs"] = "abs",
        ["__operators__.matmul"] = "matmul",
        ["__operators__.eq"] = "equal",
        ["__operators__.ne"] = "notequal",
        ["__operators__.lt"] = "less",
        ["__operators__.le"] = "lessequal",
        ["__operators__.gt"] = "greater",
        ["__operators__.ge"] = "greaterequal",
        ["__operators__.invert"] = "logicalnot",
        ["truedivide"] = "divide",
        ["truediv"] = "divide",
        ["realdiv"] = "divide",
        ["floordiv"] = "floordivide",
        ["floormod"] = "mod",
        ["remainder"] = "mod",
        ["power"] = "pow",
        ["absolute"] = "abs",
        ["arctan"] = "atan",
        ["arctan2"] = "atan2",
        ["rint"] = "round",
        ["swish"] = "silu",
        ["hardswish"] = "hardsilu",
        ["concatenate"] = "concat",
        ["reducemean"] = "mean",
        ["reducesum"] = "sum",
        ["reducemax"] = "max",
        ["reducemin"] = "min",
        ["reduceprod"] = "prod",
        ["reduceany"] = "any",
        ["reduceall"] = "all",
        ["reducevariance"] = "var",
        ["reducestd"] = "std",
        ["reducelogsumexp"] = "logsumexp",
        ["amax"] = "max",
        ["amin"] = "min",
        ["average"] = "mean",
        ["clipbyvalue"] = "clip",
        ["permutedims"] = "transpose",
        ["sub"] = "subtract",
        ["mul"] = "multiply",
        ["neg"] = "negative",
        ["l2normalize"] = "normalize",
        ["gather"] = "take",
        ["reverse"] = "flip",
        ["select"] = "where",
        ["unpack"] = "unstack",
    };

    private static readonly Dictionary<string, Operation> s_operations =
        new IEnumerable<(string, Operation)>[] { ArithmeticOperations.All, ReductionOperations.All, MovementOperations.All, LogicOperations.All }.SelectMany(f => f).ToDictionary(f => f.Item1, f => f.Item2, StringComparer.Ordinal);

    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("TFOpLambda", c => Run(c, c.Text("function", ""))),
    ];

    /// <summary>The lowering of one of Keras 3's operations, or null.</summary>
    public static LayerLowering? Find(string className) => s_operations.ContainsKey(Known(className)) ? c => Run(c, c.ClassName) : null;

    private static void Run(LayerContext c, string function)
    {
        if (!s_operations.TryGetValue(Known(function), out Operation? operation))
        {
            throw new LoweringException($"the function '{function}' is not carried over; rebuild the model with Keras's own layers");
        }

        operation(c, new CallArguments(c));
    }

    private static string Known(string function)
    {
        string plain = function.StartsWith("__", StringComparison.Ordinal) ? function : function[(function.LastIndexOf('.') + 1)..].Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        return s_aliases.GetValueOrDefault(plain, plain);
    }

    /// <summary>The operation's first tensor.</summary>
    public static Value First(LayerContext c, CallArguments a) => a.Element("x", 0) is not null || c.InputCount == 0 ? a.Operand("x", 0) : c.Raw(0);

    /// <summary>The operation's first tensor as binary32.</summary>
    public static Value Float(LayerContext c, CallArguments a) => c.TensorFlow.Cast(First(c, a), DataType.Float32);

    /// <summary>An axis among a rank, counted from the front.</summary>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new LoweringException($"axis {axis} is not among {rank}");

    /// <summary>The rank of a value, which must be known.</summary>
    public static int Rank(Value x) => x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");

    /// <summary>Two operands; numbers take the type of the tensor beside them, on either side.</summary>
    public static Value Pair(LayerContext c, CallArguments a, Func<TensorFlowBuilder, Value, Value, Value> operation)
    {
        bool three = c.Domain.Length > 0;
        Value like = c.Raw(0);
        Value x = a.Operand(three ? "x1" : "x", 0, like);
        Value y = a.Operand(three ? "x2" : "y", 1, like);
        if (x.Type != y.Type)
        {
            x = c.TensorFlow.Cast(x, DataType.Float32);
            y = c.TensorFlow.Cast(y, DataType.Float32);
        }

        return operation(c.TensorFlow, x, y);
    }

    /// <summary>An element type by its name; wider and narrower floats are computed in binary32.</summary>
    public static DataType TypeOf(string name) => name switch
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
