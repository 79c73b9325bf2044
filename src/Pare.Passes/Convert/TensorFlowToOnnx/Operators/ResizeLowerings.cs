using static Pare.Passes.Conversion.OnnxBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>
/// Resampling of pictures [N, H, W, C]. Source positions of result position i for extents n → m: <c>i·n/m</c>; with align_corners <c>i·(n-1)/(m-1)</c>;
/// with half_pixel_centers <c>(i + ½)·n/m - ½</c> (nearest: without the last ½). Computed in binary32, as TensorFlow's kernels do.
/// </summary>
internal static class ResizeLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("ResizeBilinear", c => c.SetOutput(Bilinear(c, c.Input(0), c.Input(1), Aligned(c), HalfPixel(c)))),
        new("QuantizedResizeBilinear", Quantized),
        new("ResizeNearestNeighbor", Nearest),
        new("ResizeBicubic", Bicubic),
    ];

    private static bool Aligned(LoweringContext c) => c.Attributes.GetBoolean("align_corners");

    private static bool HalfPixel(LoweringContext c) => c.Attributes.GetBoolean("half_pixel_centers");

    /// <summary>Bilinear interpolation without antialiasing; gives binary32.</summary>
    public static Value Bilinear(LoweringContext c, Value x, Value size, bool aligned, bool halfPixel)
    {
        OnnxBuilder b = c.Onnx;
        Value sizes = b.Cast(size, DataType.Int64);
        string mode = aligned ? "align_corners" : halfPixel ? "half_pixel" : "asymmetric";
        return Resize(b, b.Cast(x, DataType.Float32), sizes, ("mode", AttributeValue.Of("linear")), ("coordinate_transformation_mode", AttributeValue.Of(mode)));
    }

    // Between codes as between the numbers they stand for; halves away from zero, the range stays.
    private static void Quantized(LoweringContext c)
    {
        Value codes = c.Input(0);
        Value between = Bilinear(c, codes, c.Input(1), Aligned(c), HalfPixel(c));
        c.SetOutput(0, c.Onnx.Cast(codes.Type.BitWidth() < 32 ? c.Onnx.Cast(c.Onnx.RoundAway(between), DataType.Int32) : c.Onnx.RoundAway(between), codes.Type));
        c.SetOutput(1, c.Input(2));
        c.SetOutput(2, c.Input(3));
    }

    private static Value Resize(OnnxBuilder b, Value x, Value sizes, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        Value all = b.Concat(0, b.Extent(x, 0), sizes, b.Extent(x, 3));
        return b.Emit("Resize", [x, null, null, all], attributes);
    }

    private static void Nearest(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value sizes = b.Cast(c.Input(1), DataType.Int64);
        bool aligned = Aligned(c);
        long[]? known = b.AllElements(sizes);

        // By whole factors every source position is exact however it is computed.
        if (!aligned && known is not null && KnownExtent(x, 1) is > 0 and var h && KnownExtent(x, 2) is > 0 and var w && known[0] % h == 0 && known[1] % w == 0 && x.Type is DataType.Float32 or DataType.UInt8 or DataType.Int8)
        {
            c.SetOutput(Resize(b, x, sizes, ("mode", AttributeValue.Of("nearest")), ("coordinate_transformation_mode", AttributeValue.Of("asymmetric")), ("nearest_mode", AttributeValue.Of("floor"))));
            return;
        }

        for (int axis = 1; axis <= 2; axis++)
        {
            Value extent = b.Extent(x, axis);
            Value wanted = b.Slice(sizes, [axis - 1], [axis], [0]);
            Value position = Mapped(b, extent, wanted, aligned, HalfPixel(c), nearest: true);
            Value at = b.Emit("Floor", [aligned ? b.Add(position, b.Scalar(DataType.Float32, 0.5)) : position]);
            Value index = b.Emit("Min", [b.Cast(at, DataType.Int64), b.Sub(extent, b.Int64s(1))]);
            x = b.Emit("Gather", [x, b.Emit("Max", [index, b.Int64s(0)])], ("axis", AttributeValue.Of((long)axis)));
        }

        c.SetOutput(x);
    }

    // Four taps an axis. TensorFlow rounds the fraction to 1/1024 and takes the weights from a table: a = -0.75, with half pixels Keys' -0.5, where taps beyond
    // the edge count nothing and the rest is scaled up; otherwise the edge repeats.
    private static void Bicubic(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = b.Cast(c.Input(0), DataType.Float32);
        Value sizes = b.Cast(c.Input(1), DataType.Int64);
        bool keys = HalfPixel(c);
        double a = keys ? -0.5 : -0.75;
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value Near(Value d) => b.Add(b.Mul(b.Mul(b.Sub(b.Mul(F(a + 2), d), F(a + 3)), d), d), F(1));
        Value Far(Value d) => b.Sub(b.Mul(b.Add(b.Mul(b.Sub(b.Mul(F(a), d), F(5 * a)), d), F(8 * a)), d), F(4 * a));
        for (int axis = 2; axis >= 1; axis--)
        {
            Value extent = b.Extent(x, axis);
            Value wanted = b.Slice(sizes, [axis - 1], [axis], [0]);
            Value position = Mapped(b, extent, wanted, Aligned(c), keys, nearest: false);
            Value lower = b.Emit("Floor", [position]);
            Value fraction = b.Div(b.Emit("Round", [b.Mul(b.Sub(position, lower), F(1024))]), F(1024));
            Value rest = b.Sub(F(1), fraction);
            Value[] weights = [Far(b.Add(fraction, F(1))), Near(fraction), Near(rest), Far(b.Add(rest, F(1)))];
            Value[] indices = new Value[4];
            for (int tap = 0; tap < 4; tap++)
            {
                Value at = b.Cast(b.Add(lower, F(tap - 1)), DataType.Int64);
                indices[tap] = b.Emit("Max", [b.Emit("Min", [at, b.Sub(extent, b.Int64s(1))]), b.Int64s(0)]);
                if (keys)
                {
                    weights[tap] = b.Mul(weights[tap], b.Cast(b.Emit("Equal", [at, indices[tap]]), DataType.Float32));
                }
            }

            if (keys)
            {
                Value sum = b.Add(b.Add(weights[0], weights[1]), b.Add(weights[2], weights[3]));
                weights = Array.ConvertAll(weights, w => b.Div(w, sum));
            }

            Value? result = null;
            for (int tap = 0; tap < 4; tap++)
            {
                Value term = b.Mul(b.Emit("Gather", [x, indices[tap]], ("axis", AttributeValue.Of((long)axis))), b.Reshape(weights[tap], axis == 1 ? [-1, 1, 1] : [-1, 1]));
                result = result is null ? term : b.Add(result, term);
            }

            x = result!;
        }

        c.SetOutput(x);
    }

    private static Value Mapped(OnnxBuilder b, Value extent, Value wanted, bool aligned, bool halfPixel, bool nearest)
    {
        Value from = b.Cast(extent, DataType.Float32);
        Value to = b.Cast(wanted, DataType.Float32);
        Value one = b.Floats(1);
        Value plain = b.Div(from, to);
        Value scale = plain;
        if (aligned)
        {
            // A single result position has no corners to align.
            Value corners = b.Div(b.Sub(from, one), b.Emit("Max", [b.Sub(to, one), one]));
            scale = b.Where(b.Emit("Greater", [wanted, b.Int64s(1)]), corners, plain);
        }

        Value count = b.Squeeze(wanted, 0);
        Value positions = b.Cast(b.Emit("Range", [b.Scalar(DataType.Int64, 0), count, b.Scalar(DataType.Int64, 1)]), DataType.Float32);
        if (!halfPixel)
        {
            return b.Mul(positions, scale);
        }

        Value half = b.Floats(0.5f);
        Value centred = b.Mul(b.Add(positions, half), scale);
        return nearest ? centred : b.Sub(centred, half);
    }
}
