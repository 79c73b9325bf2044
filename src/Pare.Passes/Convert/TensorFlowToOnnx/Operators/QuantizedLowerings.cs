using static Pare.Passes.Conversion.OnnxBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>The operators of TensorFlow's old 8-bit graphs, which work on codes and hand their ranges along.</summary>
internal static class QuantizedLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("QuantizedConv2D", Convolution),
        new("QuantizedMatMul", Product),
        new("QuantizedBiasAdd", Sum),
        new("QuantizedAdd", Sum),
        new("QuantizedMul", Multiply),
        new("QuantizedRelu", c => Bounded(c, null, 1)),
        new("QuantizedRelu6", c => Bounded(c, c.Onnx.Scalar(DataType.Float32, 6), 1)),
        new("QuantizedReluX", c => Bounded(c, c.Input(1), 2)),
        new("QuantizedMaxPool", c => Pool(c, "MaxPool")),
        new("QuantizedAvgPool", c => Pool(c, "AveragePool")),
        new("QuantizedConcat", Concat),
        new("QuantizedReshape", Reshape),
        new("QuantizedBatchNormWithGlobalNormalization", BatchNormalization),
    ];

    private static void Results(LoweringContext c, Value codes, Value min, Value max)
    {
        c.SetOutput(0, codes);
        c.SetOutput(1, min);
        c.SetOutput(2, max);
    }

    // The code of 0, as ONNX's integer operators want it.
    private static Value Zero(OnnxBuilder b, DataType type, Value min, Value max)
        => b.Reshape(b.ToCodes(b.Scalar(DataType.Float32, 0), type, min, max), []);

    private static void Convolution(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value filter = c.Input(1);
        WindowGeometry g = WindowGeometry.Read(c);
        Value weight = b.Transpose(filter, 3, 2, 0, 1);
        long[] kernel = [.. Enumerable.Range(2, 2).Select(i => KnownExtent(weight, i) ?? throw new LoweringException("the filter's extents must be known"))];
        (string, AttributeValue) padding = g.Pads(kernel, g.Extents(x)) is { } pads ? ("pads", Ints(pads)) : ("auto_pad", AttributeValue.Of("SAME_UPPER"));
        Value zero = Zero(b, x.Type, c.Input(2), c.Input(3));
        Value filterZero = Zero(b, filter.Type, c.Input(4), c.Input(5));
        Value y = b.Emit("ConvInteger", [g.ToChannelsFirst(b, x), weight, zero, filterZero], ("kernel_shape", Ints(kernel)), ("strides", Ints(g.Strides)), ("dilations", Ints(g.Dilations)), padding);
        (Value min, Value max) = b.ProductRange(x.Type, c.Input(2), c.Input(3), filter.Type, c.Input(4), c.Input(5));
        Results(c, g.FromChannelsFirst(b, y), min, max);
    }

    private static void Product(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value y = c.Input(1);
        Value left = c.Attributes.GetBoolean("transpose_a") ? b.Transpose(x, 1, 0) : x;
        Value right = c.Attributes.GetBoolean("transpose_b") ? b.Transpose(y, 1, 0) : y;
        Value product = b.Emit("MatMulInteger", [left, right, Zero(b, x.Type, c.Input(2), c.Input(3)), Zero(b, y.Type, c.Input(4), c.Input(5))]);
        (Value min, Value max) = b.ProductRange(x.Type, c.Input(2), c.Input(3), y.Type, c.Input(4), c.Input(5));
        Results(c, product, min, max);
    }

    private static void Sum(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        (Value min, Value max) = b.SumRange(c.Input(2), c.Input(3), c.Input(4), c.Input(5));
        Value left = b.ToCodes(b.ToReal(c.Input(0), c.Input(2), c.Input(3)), DataType.Int32, min, max);
        Value right = b.ToCodes(b.ToReal(c.Input(1), c.Input(4), c.Input(5)), DataType.Int32, min, max);
        Results(c, b.Add(left, right), min, max);
    }

    private static void Multiply(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value Centred(int at) => b.Sub(b.Cast(c.Input(at), DataType.Int32), b.Cast(Zero(b, c.Input(at).Type, c.Input((at * 2) + 2), c.Input((at * 2) + 3)), DataType.Int32));
        (Value min, Value max) = b.ProductRange(c.Input(0).Type, c.Input(2), c.Input(3), c.Input(1).Type, c.Input(4), c.Input(5));
        Results(c, b.Mul(Centred(0), Centred(1)), min, max);
    }

    private static void Bounded(LoweringContext c, Value? upper, int range)
    {
        OnnxBuilder b = c.Onnx;
        Value codes = c.Input(0);
        (Value min, Value max) = (c.Input(range), c.Input(range + 1));
        Value y = b.Maximum(b.Cast(codes, DataType.Int32), b.Cast(Zero(b, codes.Type, min, max), DataType.Int32));
        if (upper is not null)
        {
            y = b.Minimum(y, b.Cast(b.Reshape(b.ToCodes(upper, codes.Type, min, max), []), DataType.Int32));
        }

        Results(c, b.Cast(y, codes.Type), min, max);
    }

    // Averages of codes truncate, as TensorFlow's integer division does.
    private static void Pool(LoweringContext c, string @operator)
    {
        OnnxBuilder b = c.Onnx;
        Value codes = c.Input(0);
        WindowGeometry g = WindowGeometry.Read(c) with { Dilations = [1, 1] };
        long[] kernel = WindowGeometry.SpatialPart(c.Attributes.GetIntegers("ksize"), g.ChannelsLast, 2);
        Value pooled = PoolLowerings.Emit(b, @operator, b.Cast(codes, DataType.Float32), kernel, g, 1)[0];
        Results(c, b.Cast(b.Cast(g.FromChannelsFirst(b, pooled), DataType.Int32), codes.Type), c.Input(1), c.Input(2));
    }

    private static void Concat(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        int count = (c.InputCount - 1) / 3;
        Value[] parts = [.. Enumerable.Range(0, count).Select(i => c.Input(1 + i))];
        Value[] mins = [.. Enumerable.Range(0, count).Select(i => c.Input(1 + count + i))];
        Value[] maxes = [.. Enumerable.Range(0, count).Select(i => c.Input(1 + (2 * count) + i))];
        Value min = b.Minimum(mins.Aggregate(b.Minimum), b.Scalar(DataType.Float32, 0));
        Value max = maxes.Aggregate(b.Maximum);
        DataType type = parts[0].Type;
        if (QuantizedArithmetic.Lowest(type) < 0)
        {
            max = b.Maximum(b.Emit("Abs", [min]), b.Emit("Abs", [max]));
            min = b.Emit("Neg", [max]);
        }

        Value[] moved = [.. parts.Select((p, i) => b.ToCodes(b.ToReal(p, mins[i], maxes[i]), type, min, max))];
        Results(c, b.Concat(c.RequiredInteger(0, "concat_dim"), moved), min, max);
    }

    private static void Reshape(LoweringContext c)
        => Results(c, c.Onnx.Reshape(c.Input(0), c.Onnx.Cast(c.Input(1), DataType.Int64)), c.Input(2), c.Input(3));

    private static void BatchNormalization(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value D(double v) => b.Scalar(DataType.Float64, v);
        Value[] real = [.. Enumerable.Range(0, 5).Select(i => b.ToReal(c.Input(i * 3), c.Input((i * 3) + 1), c.Input((i * 3) + 2)))];
        Value deviation = b.Emit("Sqrt", [b.Add(real[2], D(c.Attributes.GetFloat("variance_epsilon")))]);
        Value y = b.Div(b.Sub(real[0], real[1]), deviation);
        y = b.Add(c.Attributes.GetBoolean("scale_after_normalization") ? b.Mul(y, real[4]) : y, real[3]);
        Value min = b.Scalar(DataType.Float32, -(1 << 20));
        Value max = b.Scalar(DataType.Float32, 1 << 20);
        Results(c, b.ToCodes(y, DataType.Int32, min, max), min, max);
    }
}
