namespace Pare.Passes.Conversion;

/// <summary>Changes of the element type.</summary>
internal static class CastLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Cast", Cast),
        new("Bitcast", Bitcast),
    ];

    private static void Cast(LoweringContext c)
    {
        Value x = c.Input(0);
        DataType to = c.OutputType();
        if (x.Type is DataType.String or DataType.Complex64 or DataType.Complex128 || to is DataType.String or DataType.Complex64 or DataType.Complex128)
        {
            LoweringContext.Unsupported($"a cast from {x.Type} to {to} has no counterpart in ONNX");
        }

        int? digits = to switch
        {
            DataType.BFloat16 => 8,
            DataType.Float16 => 11,
            _ => null,
        };
        bool truncates = c.Attributes.GetBoolean("Truncate") && digits is not null && x.Type is DataType.Float32 or DataType.Float64;
        c.SetOutput(truncates ? Truncate(c.Onnx, x, to, digits!.Value) : c.Onnx.Cast(x, to));
    }

    // ONNX rounds to nearest. Where that went away from zero, the next value toward zero is y·(1 - 2^-p) rounded again (p: digits with the hidden one):
    // the step taken lies between half a unit in the last place and one, and is exact where it is half a unit, just below a power of two.
    private static Value Truncate(OnnxBuilder b, Value x, DataType to, int digits)
    {
        Value rounded = b.Cast(b.Cast(x, to), x.Type);
        Value below = b.Cast(b.Cast(b.Mul(rounded, b.Scalar(x.Type, 1 - Math.ScaleB(1, -digits))), to), x.Type);
        Value away = b.Emit("Greater", [b.Emit("Abs", [rounded]), b.Emit("Abs", [x])]);
        return b.Cast(b.Where(away, below, rounded), to);
    }

    private static void Bitcast(LoweringContext c)
    {
        Value x = c.Input(0);
        DataType to = c.TypeAttribute("type", x.Type);
        if (to == x.Type)
        {
            c.SetOutput(x);
            return;
        }

        // Integers of one width are carried over unchanged by a cast that wraps.
        if (to.IsInteger() && x.Type.IsInteger() && to.BitWidth() == x.Type.BitWidth())
        {
            c.SetOutput(c.Onnx.Cast(x, to));
            return;
        }

        if (x.Constant is { } content && to.BitWidth() == x.Type.BitWidth() && to.BitWidth() >= 8 && content.ByteLength <= Array.MaxLength)
        {
            c.SetOutput(c.Onnx.Constant(new DenseTensorData(to, content.Shape, content.GetBytes().ToArray())));
            return;
        }

        LoweringContext.Unsupported($"the bits of {x.Type} cannot be read as {to} in ONNX");
    }
}
