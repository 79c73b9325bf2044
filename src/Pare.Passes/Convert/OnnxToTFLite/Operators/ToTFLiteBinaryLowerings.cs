namespace Pare.Passes.Conversion;

/// <summary>Arithmetic of two inputs and more, element by element with broadcasting.</summary>
internal static class ToTFLiteBinaryLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        Direct("Add", "ADD"),
        Direct("Sub", "SUB"),
        Direct("Mul", "MUL"),
        Of("Div", Divide),
        Of("Pow", Power),
        Of("BitwiseXor", (b, x, y) => b.Emit("BITWISE_XOR", [x, y])),
        new("BitShift", Shift),
        new("Max", c => Fold(c, "MAXIMUM")),
        new("Min", c => Fold(c, "MINIMUM")),
        new("Sum", c => Fold(c, "ADD")),
        new("Mean", Mean),
        new("Mod", Modulo),
    ];

    /// <summary>A family entry of two inputs with broadcasting.</summary>
    public static KeyValuePair<string, ToTFLiteLowering> Of(string @operator, Func<TFLiteBuilder, Value, Value, Value> emit) => new(@operator, c =>
    {
        (Value[] v, int[]? order) = LaidOperands.Align(c, 0, 1);
        c.Set(emit(c.Builder, v[0], v[1]), order);
    });

    /// <summary>x / y; integers truncate toward zero.</summary>
    public static Value Divide(TFLiteBuilder b, Value x, Value y)
    {
        // 1/sqrt(x), as conversions write rsqrt.
        if (y.Producer is { Operator: "SQRT" } root && x.Constant is { Count: 1, Type: DataType.Float32 } one && one.ToFloats()[0] == 1 && x.Shape!.Rank <= y.Shape?.Rank)
        {
            return b.Unary("RSQRT", root.Inputs[0]!);
        }

        return b.Binary("DIV", x, y);
    }

    private static KeyValuePair<string, ToTFLiteLowering> Direct(string @operator, string tflite) => Of(@operator, (b, x, y) => b.Binary(tflite, x, y));

    private static Value Power(TFLiteBuilder b, Value x, Value y)
    {
        if (x.Type == DataType.Float32 && y.Constant is { Count: 1 } c && (c.Shape.Rank == 0 || c.Shape.Rank <= x.Shape?.Rank))
        {
            switch (c.ToFloats()[0])
            {
                case 2:
                    return b.Emit("SQUARE", [x]);
                case 1:
                    return x;
                case 0.5f:
                    return b.Unary("SQRT", x);
                case -0.5f:
                    return b.Unary("RSQRT", x);
                case -1:
                    return b.Binary("DIV", b.Scalar(x.Type, 1), x);
            }
        }

        return b.Binary("POW", x, b.Cast(y, x.Type));
    }

    private static void Shift(ToTFLiteContext c)
    {
        if (c.Attributes.GetString("direction") != "RIGHT")
        {
            throw new LoweringException("only shifts to the right have a counterpart in TFLite");
        }

        (Value[] v, int[]? order) = LaidOperands.Align(c, 0, 1);
        c.Set(c.Builder.Emit("RIGHT_SHIFT", [v[0], v[1]]), order);
    }

    private static void Fold(ToTFLiteContext c, string @operator)
    {
        (Value[] v, int[]? order) = LaidOperands.Align(c, [.. Enumerable.Range(0, c.InputCount)]);
        Value result = v[0];
        for (int i = 1; i < v.Length; i++)
        {
            result = c.Builder.Binary(@operator, result, v[i]);
        }

        c.Set(result, order);
    }

    private static void Mean(ToTFLiteContext c)
    {
        (Value[] v, int[]? order) = LaidOperands.Align(c, [.. Enumerable.Range(0, c.InputCount)]);
        Value sum = v.Aggregate((x, y) => c.Builder.Binary("ADD", x, y));
        c.Set(c.Builder.Binary("MUL", sum, c.Builder.Scalar(sum.Type, 1.0 / v.Length)), order);
    }

    // Without fmod the remainder has the divisor's sign, as FLOOR_MOD's; with it the dividend's: x - y·trunc(x/y).
    private static void Modulo(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        (Value[] v, int[]? order) = LaidOperands.Align(c, 0, 1);
        if (!c.Attributes.GetBoolean("fmod"))
        {
            c.Set(b.Binary("FLOOR_MOD", v[0], v[1]), order);
            return;
        }

        Value magnitude = b.Binary("FLOOR_MOD", b.Unary("ABS", v[0]), b.Unary("ABS", v[1]));
        c.Set(b.Binary("MUL", b.Unary("SIGN", v[0]), magnitude), order);
    }
}
