namespace Pare.Passes.Conversion;

/// <summary>Mathematical functions of one input, element by element.</summary>
internal static class UnaryMathLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        Direct("Abs"),
        Direct("Sign"),
        Direct("Sqrt"),
        Direct("Exp"),
        Direct("Log"),
        Direct("Erf"),
        Direct("Sin"),
        Direct("Cos"),
        Direct("Asin"),
        Direct("Acos"),
        Direct("Atan"),
        Of("Neg", Negate),
        Of("Square", (b, x) => b.Elementwise("Mul", x, x)),
        Of("Rsqrt", (b, x) => b.Elementwise("Reciprocal", b.Elementwise("Sqrt", x))),
        Of("Reciprocal", Reciprocal),
        Of("Inv", Reciprocal),
        Of("Floor", (b, x) => Rounding(b, "Floor", x)),
        Of("Ceil", (b, x) => Rounding(b, "Ceil", x)),
        Of("Round", (b, x) => Rounding(b, "Round", x)),
        Of("Rint", (b, x) => Rounding(b, "Round", x)),
        Of("Expm1", Expm1),
        Of("Log1p", Log1p),
        Of("Erfc", (b, x) => b.Elementwise("Sub", One(b, x), b.Elementwise("Erf", x))),
        Of("Tan", (b, x) => WithoutDouble(b, "Tan", x, d => b.Div(b.Emit("Sin", [d]), b.Emit("Cos", [d])))),
        Of("Sinh", (b, x) => WithoutDouble(b, "Sinh", x, d => Halved(b, b.Sub(Exp(b, d), Exp(b, b.Emit("Neg", [d])))))),
        Of("Cosh", (b, x) => WithoutDouble(b, "Cosh", x, d => Halved(b, b.Add(Exp(b, d), Exp(b, b.Emit("Neg", [d])))))),
        Of("Asinh", (b, x) => WithoutDouble(b, "Asinh", x, d => Asinh(b, d))),
        Of("Acosh", (b, x) => WithoutDouble(b, "Acosh", x, d => Log(b, b.Add(d, b.Emit("Sqrt", [b.Sub(b.Mul(d, d), One(b, d))]))))),
        Of("Atanh", (b, x) => WithoutDouble(b, "Atanh", x, d => Halved(b, Log(b, b.Div(b.Add(One(b, d), d), b.Sub(One(b, d), d)))))),
        Of("IsNan", (b, x) => b.Emit("IsNaN", [x])),
        Of("IsInf", (b, x) => b.Emit("IsInf", [x])),
        Of("IsFinite", (b, x) => b.Emit("Not", [b.Emit("Or", [b.Emit("IsNaN", [x]), b.Emit("IsInf", [x])])])),
        Of("Invert", (b, x) => b.Emit("BitwiseNot", [x])),
        Of("LogicalNot", (b, x) => b.Emit("Not", [x])),
    ];

    /// <summary>-x; unsigned integers wrap.</summary>
    public static Value Negate(OnnxBuilder b, Value x) => x.Type is DataType.UInt8 or DataType.UInt16 or DataType.UInt32 or DataType.UInt64
        ? b.Elementwise("Sub", b.Scalar(x.Type, 0), x)
        : b.Elementwise("Neg", x);

    private static KeyValuePair<string, Lowering> Of(string @operator, Func<OnnxBuilder, Value, Value> emit) => new(@operator, c => c.SetOutput(emit(c.Onnx, c.Input(0))));

    private static KeyValuePair<string, Lowering> Direct(string @operator) => Of(@operator, (b, x) => b.Elementwise(@operator, x));

    private static Value One(OnnxBuilder b, Value x) => b.Scalar(x.Type, 1);

    private static Value Exp(OnnxBuilder b, Value x) => b.Emit("Exp", [x]);

    private static Value Log(OnnxBuilder b, Value x) => b.Emit("Log", [x]);

    private static Value Halved(OnnxBuilder b, Value x) => b.Mul(x, b.Scalar(x.Type, 0.5));

    private static Value Reciprocal(OnnxBuilder b, Value x) => x.Type.IsFloat() ? b.Elementwise("Reciprocal", x) : b.Elementwise("Div", One(b, x), x);

    // Integers are whole already, and TensorFlow allows them here.
    private static Value Rounding(OnnxBuilder b, string @operator, Value x) => x.Type.IsFloat() ? b.Elementwise(@operator, x) : x;

    // e^x - 1 loses its digits near 0 in binary32; binary64 has enough left.
    private static Value Expm1(OnnxBuilder b, Value x)
    {
        Value d = b.Cast(x, DataType.Float64);
        return b.Cast(b.Sub(Exp(b, d), One(b, d)), x.Type);
    }

    private static Value Log1p(OnnxBuilder b, Value x)
    {
        Value d = b.Cast(x, DataType.Float64);
        return b.Cast(Log(b, b.Add(d, One(b, d))), x.Type);
    }

    // sign(x) · ln(|x| + sqrt(x² + 1)), which does not cancel for negative x.
    private static Value Asinh(OnnxBuilder b, Value x)
    {
        Value a = b.Emit("Abs", [x]);
        return b.Mul(b.Emit("Sign", [x]), Log(b, b.Add(a, b.Emit("Sqrt", [b.Add(b.Mul(a, a), One(b, a))]))));
    }

    private static Value WithoutDouble(OnnxBuilder b, string @operator, Value x, Func<Value, Value> spelt) => x.Type == DataType.Float64 ? spelt(x) : b.Elementwise(@operator, x);
}
