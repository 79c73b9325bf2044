namespace Pare.Passes.Conversion;

/// <summary>Arithmetic of two inputs and more, element by element with broadcasting.</summary>
internal static class BinaryMathLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        Direct("Add", "Add"),
        Direct("AddV2", "Add"),
        Direct("Sub", "Sub"),
        Direct("Mul", "Mul"),
        Direct("Div", "Div"), // ONNX's integer division truncates toward zero, as TensorFlow's Div does.
        Direct("RealDiv", "Div"),
        Direct("TruncateDiv", "Div"),
        Direct("Maximum", "Max"),
        Direct("Minimum", "Min"),
        Direct("Pow", "Pow"),
        Direct("BitwiseAnd", "BitwiseAnd"),
        Direct("BitwiseOr", "BitwiseOr"),
        Direct("BitwiseXor", "BitwiseXor"),
        Of("FloorDiv", FloorDiv),
        Of("FloorMod", FloorMod),
        Of("Mod", TruncateMod),
        Of("TruncateMod", TruncateMod),
        Of("SquaredDifference", SquaredDifference),
        Of("DivNoNan", (b, x, y) => Guarded(b, y, b.Elementwise("Div", x, y))),
        Of("MulNoNan", (b, x, y) => Guarded(b, y, b.Elementwise("Mul", x, y))),
        Of("Xdivy", (b, x, y) => Guarded(b, x, b.Elementwise("Div", x, y))),
        Of("Xlogy", (b, x, y) => Guarded(b, x, b.Elementwise("Mul", x, b.Elementwise("Log", y)))),
        Of("Xlog1py", (b, x, y) => Guarded(b, x, b.Elementwise("Mul", x, b.Elementwise("Log", b.Elementwise("Add", y, b.Scalar(y.Type, 1)))))),
        Of("Atan2", Atan2),
        Of("LeftShift", LeftShift),
        Of("RightShift", RightShift),
        new("AddN", Sum),
        new("AccumulateNV2", Sum),
        new("ClipByValue", c => c.SetOutput(c.Onnx.Elementwise("Min", c.Onnx.Elementwise("Max", c.Input(0), c.Input(1)), c.Input(2)))),
    ];

    private static KeyValuePair<string, Lowering> Of(string @operator, Func<OnnxBuilder, Value, Value, Value> emit) => new(@operator, c => c.SetOutput(emit(c.Onnx, c.Input(0), c.Input(1))));

    private static KeyValuePair<string, Lowering> Direct(string @operator, string onnx) => Of(@operator, (b, x, y) => b.Elementwise(onnx, x, y));

    private static bool IsSigned(DataType type) => type is DataType.Int8 or DataType.Int16 or DataType.Int32 or DataType.Int64;

    private static Value Zero(OnnxBuilder b, Value x) => b.Scalar(x.Type, 0);

    // 0 where the guard is 0, whatever the value there (NaN too).
    private static Value Guarded(OnnxBuilder b, Value guard, Value value) => b.Select(b.Compare("Equal", guard, Zero(b, guard)), Zero(b, value), value);

    private static Value SquaredDifference(OnnxBuilder b, Value x, Value y)
    {
        Value d = b.Elementwise("Sub", x, y);
        return b.Elementwise("Mul", d, d);
    }

    private static Value FloorDiv(OnnxBuilder b, Value x, Value y)
    {
        if (x.Type.IsFloat())
        {
            return b.Elementwise("Floor", b.Elementwise("Div", x, y));
        }

        // What remains with the divisor's sign leaves a multiple of the divisor, which divides exactly.
        return IsSigned(x.Type) ? b.Elementwise("Div", b.Elementwise("Sub", x, b.Elementwise("Mod", x, y)), y) : b.Elementwise("Div", x, y);
    }

    private static Value FloorMod(OnnxBuilder b, Value x, Value y)
    {
        if (!x.Type.IsFloat())
        {
            return b.Elementwise("Mod", x, y);
        }

        // fmod has the dividend's sign: one divisor more where the signs differ and something remains.
        Value r = TruncateMod(b, x, y);
        Value differs = b.Emit("Xor", [b.Compare("Less", r, Zero(b, r)), b.Compare("Less", y, Zero(b, y))]);
        Value remains = b.Emit("Not", [b.Compare("Equal", r, Zero(b, r))]);
        return b.Select(b.Emit("And", [differs, remains]), b.Elementwise("Add", r, y), r);
    }

    private static Value TruncateMod(OnnxBuilder b, Value x, Value y) => b.Apply("Mod", [x, y], ("fmod", AttributeValue.Of(1L)));

    public static Value Atan2(OnnxBuilder b, Value y, Value x)
    {
        Value zero = Zero(b, x);
        Value direct = b.Elementwise("Atan", b.Elementwise("Div", y, x));
        Value turn = b.Select(b.Compare("GreaterOrEqual", y, zero), b.Scalar(x.Type, Math.PI), b.Scalar(x.Type, -Math.PI));
        Value upright = b.Elementwise("Mul", b.Elementwise("Sign", y), b.Scalar(x.Type, Math.PI / 2));
        Value leftOrRight = b.Select(b.Compare("Less", x, zero), b.Elementwise("Add", direct, turn), direct);
        return b.Select(b.Compare("Equal", x, zero), upright, leftOrRight);
    }

    private static Value LeftShift(OnnxBuilder b, Value x, Value y) => Shift(b, x, y, "LEFT");

    // An arithmetic shift of a negative number is the complement of the shifted complement.
    private static Value RightShift(OnnxBuilder b, Value x, Value y)
    {
        if (!IsSigned(x.Type))
        {
            return Shift(b, x, y, "RIGHT");
        }

        Value negative = b.Compare("Less", x, Zero(b, x));
        Value magnitude = Shift(b, b.Select(negative, b.Emit("BitwiseNot", [x]), x), y, "RIGHT");
        return b.Select(negative, b.Emit("BitwiseNot", [magnitude]), magnitude);
    }

    private static Value Shift(OnnxBuilder b, Value x, Value y, string direction)
        => b.Cast(b.Emit("BitShift", [b.Cast(x, DataType.UInt64), b.Cast(y, DataType.UInt64)], ("direction", AttributeValue.Of(direction))), x.Type);

    private static void Sum(LoweringContext c)
    {
        Value sum = c.Input(0);
        for (int i = 1; i < c.InputCount; i++)
        {
            sum = c.Onnx.Elementwise("Add", sum, c.Input(i));
        }

        c.SetOutput(sum);
    }
}
