namespace Pare.Passes.Conversion;

/// <summary>Mathematical functions of one input, element by element.</summary>
internal static class ToTFLiteUnaryLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        Direct("Abs", "ABS"),
        Direct("Neg", "NEG"),
        Direct("Exp", "EXP"),
        Direct("Log", "LOG"),
        Direct("Sqrt", "SQRT"),
        Direct("Sin", "SIN"),
        Direct("Cos", "COS"),
        Direct("Floor", "FLOOR"),
        Direct("Ceil", "CEIL"),
        Direct("Round", "ROUND"),
        Direct("Sign", "SIGN"),
        Of("Reciprocal", Reciprocal),
        Of("Erf", Erf),
        Of("Tan", (b, x) => b.Binary("DIV", b.Unary("SIN", x), b.Unary("COS", x))),
        Of("Sinh", (b, x) => Half(b, b.Binary("SUB", b.Unary("EXP", x), b.Unary("EXP", b.Unary("NEG", x))))),
        Of("Cosh", (b, x) => Half(b, b.Binary("ADD", b.Unary("EXP", x), b.Unary("EXP", b.Unary("NEG", x))))),
        Of("Asinh", Asinh),
        Of("Acosh", (b, x) => b.Unary("LOG", b.Binary("ADD", x, b.Unary("SQRT", b.Binary("SUB", b.Binary("MUL", x, x), One(b, x)))))),
        Of("Atanh", (b, x) => Half(b, b.Unary("LOG", b.Binary("DIV", b.Binary("ADD", One(b, x), x), b.Binary("SUB", One(b, x), x))))),
        Of("Atan", Atan),
        Of("Asin", (b, x) => Arc(b, x, b.Unary("SQRT", b.Binary("SUB", One(b, x), b.Binary("MUL", x, x))))),
        Of("Acos", (b, x) => Arc(b, b.Unary("SQRT", b.Binary("SUB", One(b, x), b.Binary("MUL", x, x))), x)),
        Of("Not", (b, x) => b.Emit("LOGICAL_NOT", [x])),
        Of("IsNaN", (b, x) => b.Compare("NOT_EQUAL", x, x)),
        Of("BitwiseNot", (b, x) => b.Emit("BITWISE_XOR", [x, b.Scalar(x.Type, -1)])),
        Of("Identity", (_, x) => x),
        new("Dropout", Dropout),
        new("IsInf", IsInf),
        new("Cast", c => Laid(c, x => c.Builder.Cast(x, Computed(c.TypeOf("to"))))),
        new("CastLike", c => Laid(c, x => c.Builder.Cast(x, c.Raw(1).Value.Type))),
    ];

    /// <summary>Applies a function element by element, in whatever order the axes lie.</summary>
    public static void Laid(ToTFLiteContext c, Func<Value, Value> emit)
    {
        LaidValue x = c.Raw(0);
        c.Set(emit(x.Value), x.Order);
    }

    /// <summary>A family entry that works element by element on one input.</summary>
    public static KeyValuePair<string, ToTFLiteLowering> Of(string @operator, Func<TFLiteBuilder, Value, Value> emit) => new(@operator, c => Laid(c, x => emit(c.Builder, x)));

    /// <summary>A scalar 1 of a value's type.</summary>
    public static Value One(TFLiteBuilder b, Value x) => b.Scalar(x.Type, 1);

    /// <summary>
    /// The error function by Abramowitz and Stegun 7.1.26, whose error is below 1.5e-7: sign(x)·(1 - (((((a5·t + a4)·t) + a3)·t + a2)·t + a1)·t·e^(-x²)), t = 1/(1 + p·|x|).
    /// TFLite has none.
    /// </summary>
    public static Value Erf(TFLiteBuilder b, Value x)
    {
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value data = b.Cast(x, DataType.Float32);
        Value a = b.Unary("ABS", data);
        Value t = b.Binary("DIV", F(1), b.Binary("ADD", b.Binary("MUL", a, F(0.3275911)), F(1)));
        Value sum = F(1.061405429);
        foreach (double k in (double[])[-1.453152027, 1.421413741, -0.284496736, 0.254829592])
        {
            sum = b.Binary("ADD", b.Binary("MUL", sum, t), F(k));
        }

        Value bell = b.Unary("EXP", b.Unary("NEG", b.Binary("MUL", data, data)));
        Value magnitude = b.Binary("SUB", F(1), b.Binary("MUL", b.Binary("MUL", sum, t), bell));
        return b.Cast(b.Binary("MUL", b.Unary("SIGN", data), magnitude), x.Type);
    }

    private static KeyValuePair<string, ToTFLiteLowering> Direct(string @operator, string tflite) => Of(@operator, (b, x) => tflite is "FLOOR" or "CEIL" or "ROUND" && !x.Type.IsFloat() ? x : b.Unary(tflite, x));

    private static Value Half(TFLiteBuilder b, Value x) => b.Binary("MUL", x, b.Scalar(x.Type, 0.5));

    private static Value Reciprocal(TFLiteBuilder b, Value x)
        => x.Producer is { Operator: "SQRT" } root ? b.Unary("RSQRT", root.Inputs[0]!) : b.Binary("DIV", One(b, x), x);

    private static Value Atan(TFLiteBuilder b, Value x) => Arc(b, x, One(b, x));

    private static Value Arc(TFLiteBuilder b, Value y, Value x) => b.Emit("ATAN2", [b.Cast(y, DataType.Float32), Filled(b, b.Cast(x, DataType.Float32), y)]);

    // ATAN2 does not broadcast.
    private static Value Filled(TFLiteBuilder b, Value x, Value like)
        => x.Shape is { Rank: 0 } && like.Shape?.Rank != 0 ? b.Binary("ADD", b.Binary("MUL", b.Cast(like, DataType.Float32), b.Scalar(DataType.Float32, 0)), x) : x;

    // sign(x) · ln(|x| + sqrt(x² + 1)), which does not cancel for negative x.
    private static Value Asinh(TFLiteBuilder b, Value x)
    {
        Value a = b.Unary("ABS", x);
        return b.Binary("MUL", b.Unary("SIGN", x), b.Unary("LOG", b.Binary("ADD", a, b.Unary("SQRT", b.Binary("ADD", b.Binary("MUL", a, a), One(b, a))))));
    }

    // The runtime's kernels have no binary64.
    private static DataType Computed(DataType type) => type == DataType.Float64 ? DataType.Float32 : type;

    /// <summary>e^x - 1. With u = e^x, (u - 1)·x/ln u keeps the digits that e^x - 1 loses near 0 (Kahan); where u is 1 it is x.</summary>
    public static Value Expm1(TFLiteBuilder b, Value x)
    {
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value u = b.Unary("EXP", x);
        Value less = b.Binary("SUB", u, F(1));
        Value kahan = b.Binary("DIV", b.Binary("MUL", less, x), b.Unary("LOG", u));
        Value near = b.Compare("LESS", b.Unary("ABS", x), F(1));
        return b.Select(b.Compare("EQUAL", u, F(1)), x, b.Select(near, kahan, less));
    }

    /// <summary>ln(1 + x) = x·ln(u)/(u - 1) with u = 1 + x as rounded; x where u is 1.</summary>
    public static Value Log1p(TFLiteBuilder b, Value x)
    {
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value u = b.Binary("ADD", x, F(1));
        Value log = b.Unary("LOG", u);
        Value kahan = b.Binary("DIV", b.Binary("MUL", log, x), b.Binary("SUB", u, F(1)));
        Value near = b.Compare("LESS", b.Unary("ABS", x), F(1));
        return b.Select(b.Compare("EQUAL", u, F(1)), x, b.Select(near, kahan, log));
    }

    private static void Dropout(ToTFLiteContext c)
    {
        if (c.IsNeeded(1))
        {
            throw new LoweringException("the mask of a dropout is not carried over");
        }

        Laid(c, x => x);
    }

    private static void IsInf(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        bool negative = c.Attributes.GetBoolean("detect_negative", true);
        bool positive = c.Attributes.GetBoolean("detect_positive", true);
        Laid(c, x => b.Compare("EQUAL", negative && positive ? b.Unary("ABS", x) : x, b.Scalar(x.Type, negative && !positive ? double.NegativeInfinity : double.PositiveInfinity)));
    }
}
