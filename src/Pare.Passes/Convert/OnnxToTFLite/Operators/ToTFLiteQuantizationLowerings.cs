using System.Collections.Immutable;

namespace Pare.Passes.Conversion;

/// <summary>Between real numbers and codes, where scale and zero point are constant: they become the tensor's own.</summary>
internal static class ToTFLiteQuantizationLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("DequantizeLinear", Dequantize),
        new("QuantizeLinear", Quantize),
        new("ConvInteger", c => ToTFLiteConvolutionLowerings.Whole(c)),
        new("MatMulInteger", MatMulInteger),
    ];

    private static QuantizationParameters Parameters(ToTFLiteContext c, LaidValue x)
    {
        if (c.Constant(1) is not { } scale || (c.Has(2) && c.Constant(2) is null))
        {
            throw new LoweringException("scale and zero point are computed at run time; they must be constant");
        }

        if (c.Attributes.GetInteger("block_size") != 0)
        {
            throw new LoweringException("scales for blocks have no counterpart in TFLite's DEQUANTIZE");
        }

        float[] scales = scale.ToFloats();
        long[] zeros = c.Constant(2)?.ToInt64s() ?? new long[scales.Length];
        return new QuantizationParameters
        {
            Scales = [.. scales],
            ZeroPoints = [.. zeros],
            Axis = scales.Length > 1 ? x.AxisOf(c.Attributes.GetInteger("axis", 1)) : null,
        };
    }

    private static void Dequantize(ToTFLiteContext c)
    {
        LaidValue x = c.Raw(0);
        QuantizationParameters q = Parameters(c, x);
        if (x.Value.Type is not (DataType.Int8 or DataType.UInt8 or DataType.Int16) || (x.Value.Quantization is { } had && !Same(had, q)) || x.Value.Uses.Any(u => u.Node.Operator is not ("DEQUANTIZE" or "TRANSPOSE")))
        {
            c.Set(Spelt(c, x, q), x.Order);
            return;
        }

        x.Value.Quantization = q;
        c.Set(c.Builder.Emit("DEQUANTIZE", [x.Value]), x.Order);
    }

    // (q - zero) * scale, where the codes' tensor cannot carry the scale.
    private static Value Spelt(ToTFLiteContext c, LaidValue x, QuantizationParameters q)
    {
        TFLiteBuilder b = c.Builder;
        int rank = x.Value.Shape?.Rank ?? 0;
        long[] along = q.Axis is { } axis ? [q.Scales.Length, .. Enumerable.Repeat(1L, rank - 1 - axis)] : [];
        Value codes = b.Cast(x.Value, DataType.Float32);
        Value zero = b.Constant(DenseTensorData.Create([.. q.ZeroPoints.Select(z => (float)z)], new TensorShape(along)));
        Value scale = b.Constant(DenseTensorData.Create(q.Scales.AsSpan(), new TensorShape(along)));
        return b.Binary("MUL", q.ZeroPoints.All(z => z == 0) ? codes : b.Binary("SUB", codes, zero), scale);
    }

    private static void Quantize(ToTFLiteContext c)
    {
        LaidValue x = c.Raw(0);
        QuantizationParameters q = Parameters(c, x);
        DataType type = c.Has(2) ? c.Constant(2)!.Type : DataType.UInt8;
        if (type is not (DataType.Int8 or DataType.UInt8 or DataType.Int16))
        {
            throw new LoweringException($"codes of type {type} have no counterpart in TFLite's QUANTIZE");
        }

        Value codes = c.Builder.Emit("QUANTIZE", [x.Value]);
        codes.Type = type;
        codes.Quantization = q;
        c.Set(codes, x.Order);
    }

    /// <summary>Codes less their zero point, as real numbers.</summary>
    public static Value Centred(ToTFLiteContext c, Value codes, int zeroPoint)
    {
        TFLiteBuilder b = c.Builder;
        Value real = b.Cast(codes, DataType.Float32);
        if (!c.Has(zeroPoint))
        {
            return real;
        }

        Value zero = b.Cast(c.In(zeroPoint), DataType.Float32);
        return zero.Constant is { Count: 1 } known && known.ToFloats()[0] == 0 ? real : b.Binary("SUB", real, zero.Shape is { Rank: 1 } s && s[0].Value == 1 ? b.ToScalar(zero) : zero);
    }

    // Sums of products of 8-bit codes, in binary32: exact up to 2^24, which 258 products cannot exceed.
    private static void MatMulInteger(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        Value x = Centred(c, c.In(0), 2);
        Value y = Centred(c, c.In(1), 3);
        c.Set(b.Cast(b.Emit("BATCH_MATMUL", [x, y], ("adj_x", AttributeValue.Of(false)), ("adj_y", AttributeValue.Of(false))), DataType.Int32));
    }

    private static bool Same(QuantizationParameters a, QuantizationParameters b) => a.Axis == b.Axis && a.Scales.SequenceEqual(b.Scales) && Zeros(a).SequenceEqual(Zeros(b));

    private static ImmutableArray<long> Zeros(QuantizationParameters q) => q.ZeroPoints.IsDefaultOrEmpty ? [.. new long[q.Scales.Length]] : q.ZeroPoints;
}
