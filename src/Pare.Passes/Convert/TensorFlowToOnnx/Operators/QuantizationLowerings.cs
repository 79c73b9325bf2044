namespace Pare.Passes.Conversion;

/// <summary>Between real numbers and codes: Dequantize, QuantizeV2, fake quantization, changes of range.</summary>
internal static class QuantizationLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Dequantize", Dequantize),
        new("QuantizeV2", Quantize),
        new("FakeQuantWithMinMaxVars", c => FakeQuantize(c, c.Input(1), c.Input(2))),
        new("FakeQuantWithMinMaxVarsPerChannel", c => FakeQuantize(c, c.Input(1), c.Input(2))),
        new("FakeQuantWithMinMaxArgs", c => FakeQuantize(c, c.Onnx.Scalar(DataType.Float32, c.Attributes.GetFloat("min", -6)), c.Onnx.Scalar(DataType.Float32, c.Attributes.GetFloat("max", 6)))),
        new("QuantizeAndDequantizeV2", QuantizeAndDequantize),
        new("QuantizeAndDequantizeV3", QuantizeAndDequantize),
        new("QuantizeAndDequantizeV4", QuantizeAndDequantize),
        new("Requantize", Requantize),
        new("RequantizationRange", RequantizationRange),
        new("QuantizeDownAndShrinkRange", QuantizeDown),
    ];

    // MIN_COMBINED: (q + h)·(max - min)/(highest - lowest) + min with h half the codes for signed types, else 0.
    // MIN_FIRST:    round(min/s)·s - lowest·s + q·s with s = (max - min)/(codes - 1).
    // SCALED:       q·max(min/lowest, max/highest), for unsigned types q·max/highest.
    private static void Dequantize(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value codes = c.Input(0);
        DataType type = codes.Type;
        Value min = Along(c, codes, b.Cast(c.Input(1), DataType.Float32));
        Value max = Along(c, codes, b.Cast(c.Input(2), DataType.Float32));
        double lowest = QuantizedArithmetic.Lowest(type);
        double highest = QuantizedArithmetic.Highest(type);
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value q = b.Cast(codes, DataType.Float32);
        string mode = c.Attributes.GetString("mode", "MIN_COMBINED");
        Value result;
        switch (mode)
        {
            case "MIN_COMBINED":
                Value scale = b.Div(b.Sub(max, min), F((float)highest - (float)lowest));
                result = b.Add(b.Mul(lowest < 0 ? b.Add(q, F(((float)highest - (float)lowest + 1) / 2)) : q, scale), min);
                break;
            case "MIN_FIRST":
                Value level = b.Level(type, min, max);
                Value start = b.Where(b.Emit("Equal", [min, max]), min, b.Mul(b.RoundAway(b.Div(min, level)), level));
                result = b.Add(lowest < 0 ? b.Sub(start, b.Mul(F(lowest), level)) : start, b.Mul(q, level));
                break;
            case "SCALED":
                Value side = b.Div(max, F(highest));
                result = b.Mul(q, lowest < 0 ? b.Maximum(b.Div(min, F(lowest + (c.Attributes.GetBoolean("narrow_range") ? 1 : 0))), side) : side);
                break;
            default:
                throw new LoweringException($"the mode '{mode}' is not known; MIN_COMBINED, MIN_FIRST and SCALED are");
        }

        c.SetOutput(b.Cast(result, c.TypeAttribute("dtype", DataType.Float32)));
    }

    private static void Quantize(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        DataType type = c.TypeAttribute("T", DataType.Undefined);
        double lowest = QuantizedArithmetic.Lowest(type);
        double highest = QuantizedArithmetic.Highest(type);
        Value F(double v) => b.Scalar(DataType.Float32, v);

        // The range is made to hold zero and not to be too narrow.
        Value low = c.Input(1);
        Value high = c.Input(2);
        Value widest = b.Maximum(F(1), b.Maximum(b.Emit("Abs", [low]), b.Emit("Abs", [high])));
        Value min = b.Minimum(F(0), low);
        Value max = b.Maximum(F(0), b.Maximum(high, b.Add(min, b.Mul(widest, F(c.Attributes.GetFloat("ensure_minimum_range", 0.01f))))));
        string mode = c.Attributes.GetString("mode", "MIN_COMBINED");
        Value codes;
        switch (mode)
        {
            case "MIN_COMBINED":
                Value scale = b.Div(F((float)highest - (float)lowest), b.Sub(max, min));
                Value clamped = b.Maximum(b.Minimum(x, Along(c, x, max)), Along(c, x, min));
                Value shifted = b.Mul(b.Sub(clamped, Along(c, x, min)), Along(c, x, scale));
                codes = b.RoundAway(lowest < 0 ? b.Sub(shifted, F(((float)highest - (float)lowest + 1) / 2)) : shifted);
                break;
            case "MIN_FIRST":
                Value steps = b.Div(F(highest - lowest), b.Sub(max, min));
                Value start = b.Sub(b.RoundAway(b.Mul(min, steps)), F(lowest));
                codes = b.Sub(b.RoundAway(b.Mul(x, Along(c, x, steps))), Along(c, x, start));
                codes = b.Maximum(b.Minimum(codes, F(highest)), F(lowest));
                break;
            case "SCALED":
                double first = lowest + (c.Attributes.GetBoolean("narrow_range") ? 1 : 0);
                Value factor = b.Where(b.Emit("Greater", [max, F(0)]), b.Div(F(highest), max), F(float.MaxValue));
                if (first < 0)
                {
                    factor = b.Minimum(factor, b.Where(b.Emit("Less", [min, F(0)]), b.Div(F(first), min), F(float.MaxValue)));
                }

                min = b.Div(F(first), factor);
                max = b.Div(F(highest), factor);
                Value scaled = b.Mul(b.Maximum(b.Minimum(x, Along(c, x, max)), Along(c, x, min)), Along(c, x, factor));
                codes = c.Attributes.GetString("round_mode", "HALF_AWAY_FROM_ZERO") == "HALF_TO_EVEN" ? b.Emit("Round", [scaled]) : b.RoundAway(scaled);
                break;
            default:
                throw new LoweringException($"the mode '{mode}' is not known; MIN_COMBINED, MIN_FIRST and SCALED are");
        }

        Value wide = type.BitWidth() < 32 ? b.Cast(codes, DataType.Int32) : b.Cast(b.Emit("Clip", [b.Cast(codes, DataType.Float64), b.Scalar(DataType.Float64, lowest), b.Scalar(DataType.Float64, highest)]), DataType.Int64);
        c.SetOutput(0, b.Cast(wide, type));
        c.SetOutput(1, min);
        c.SetOutput(2, max);
    }

    // The range is moved so that zero is a code: see tensorflow/core/kernels/fake_quant_ops_functor.h. A range of (0, 0) gives zeros.
    private static void FakeQuantize(LoweringContext c, Value min, Value max)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value F(double v) => b.Scalar(DataType.Float32, v);
        double first = c.Attributes.GetBoolean("narrow_range") ? 1 : 0;
        double last = Math.ScaleB(1, (int)c.Attributes.GetInteger("num_bits", 8)) - 1;
        Value empty = b.Emit("And", [b.Emit("Equal", [min, F(0)]), b.Emit("Equal", [max, F(0)])]);
        Value scale = b.Where(empty, F(1), b.Div(b.Sub(max, min), F(last - first)));
        Value zeroFromMin = b.Sub(F(first), b.Div(min, scale));
        Value zero = b.Maximum(b.Minimum(b.RoundAway(zeroFromMin), F(last)), F(first));
        Value low = b.Mul(b.Sub(F(first), zero), scale);
        Value high = b.Where(empty, F(0), b.Mul(b.Sub(F(last), zero), scale));
        Value inverse = b.Div(F(1), scale);
        Value quantizedZero = b.Emit("Floor", [b.Add(b.Mul(b.Emit("Neg", [low]), inverse), F(0.5))]);
        Value clamped = b.Maximum(b.Minimum(x, high), low);
        Value steps = b.Add(b.Sub(b.Mul(b.Sub(clamped, low), inverse), quantizedZero), F(0.5));
        c.SetOutput(b.Mul(b.Emit("Floor", [steps]), scale));
    }

    // With range_given false the range is the tensor's own. x → round(clamp(x)·s)/s, see tensorflow/core/kernels/quantize_and_dequantize_op.h.
    private static void QuantizeAndDequantize(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        DataType type = x.Type;
        bool signed = c.Attributes.GetBoolean("signed_input", true);
        long bits = c.Node.Operator == "QuantizeAndDequantizeV2" || c.InputCount < 4 ? c.Attributes.GetInteger("num_bits", 8) : c.RequiredInteger(3, "num_bits");
        bool narrow = c.Attributes.GetBoolean("narrow_range");
        long axis = c.Attributes.GetInteger("axis", -1);
        double highest = signed ? Math.ScaleB(1, (int)bits - 1) - 1 : Math.ScaleB(1, (int)bits) - 1;
        double lowest = signed ? (narrow ? -highest : -highest - 1) : 0;
        Value data = b.Cast(x, DataType.Float32);
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value min;
        Value max;
        if (c.Attributes.GetBoolean("range_given"))
        {
            min = Along(c, x, b.Cast(c.Input(1), DataType.Float32));
            max = Along(c, x, b.Cast(c.Input(2), DataType.Float32));
        }
        else if (axis >= 0)
        {
            long[] others = [.. Enumerable.Range(0, c.RankOf(x)).Where(i => i != axis).Select(i => (long)i)];
            min = b.Reduce("ReduceMin", data, others, true);
            max = b.Reduce("ReduceMax", data, others, true);
        }
        else
        {
            min = b.Emit("ReduceMin", [data], ("keepdims", AttributeValue.Of(0L)));
            max = b.Emit("ReduceMax", [data], ("keepdims", AttributeValue.Of(0L)));
        }

        Value none = F(float.MaxValue);
        Value scale = b.Where(b.Emit("Greater", [max, F(0)]), b.Div(F(highest), max), none);
        if (lowest < 0)
        {
            scale = b.Minimum(scale, b.Where(b.Emit("Less", [min, F(0)]), b.Div(F(lowest), min), none));
        }

        Value inverse = b.Div(F(1), scale);
        Value clamped = b.Maximum(b.Minimum(data, b.Mul(F(highest), inverse)), b.Mul(F(lowest), inverse));
        Value scaled = b.Mul(clamped, scale);
        bool even = c.Attributes.GetString("round_mode", "HALF_TO_EVEN") == "HALF_TO_EVEN";
        Value rounded = even ? b.Emit("Round", [scaled]) : b.Emit("Floor", [b.Add(scaled, F(0.5))]);
        c.SetOutput(b.Cast(b.Mul(rounded, inverse), type));
    }

    private static void Requantize(LoweringContext c)
    {
        Value min = c.Input(3);
        Value max = c.Input(4);
        c.SetOutput(0, Rescale(c, c.Input(0), c.Input(1), c.Input(2), min, max));
        c.SetOutput(1, min);
        c.SetOutput(2, max);
    }

    private static void RequantizationRange(LoweringContext c)
    {
        (Value min, Value max) = UsedRange(c);
        c.SetOutput(0, min);
        c.SetOutput(1, max);
    }

    private static void QuantizeDown(LoweringContext c)
    {
        (Value min, Value max) = UsedRange(c);
        c.SetOutput(0, Rescale(c, c.Input(0), c.Input(1), c.Input(2), min, max));
        c.SetOutput(1, min);
        c.SetOutput(2, max);
    }

    // The real numbers that the smallest and the largest code in use stand for; the smallest at most 0.
    private static (Value Min, Value Max) UsedRange(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value codes = c.Input(0);
        Value wide = b.Cast(codes, DataType.Int32);
        (string, AttributeValue) flat = ("keepdims", AttributeValue.Of(0L));
        Value least = b.ToReal(b.Cast(b.Emit("ReduceMin", [wide], flat), codes.Type), c.Input(1), c.Input(2));
        Value most = b.ToReal(b.Cast(b.Emit("ReduceMax", [wide], flat), codes.Type), c.Input(1), c.Input(2));
        return (b.Minimum(b.Cast(least, DataType.Float32), b.Scalar(DataType.Float32, 0)), b.Cast(most, DataType.Float32));
    }

    // 8-bit results by TensorFlow's fixed point with 16 fractional bits: ((q·⌊255·2^16·in/out⌋)/2^32 + offsets + ½)/2^16, floored at each step.
    private static Value Rescale(LoweringContext c, Value codes, Value minIn, Value maxIn, Value min, Value max)
    {
        OnnxBuilder b = c.Onnx;
        DataType type = c.TypeAttribute("out_type", DataType.QUInt8);
        if (type != DataType.UInt8 || codes.Type != DataType.Int32)
        {
            return b.ToCodes(b.ToReal(codes, minIn, maxIn), type, min, max);
        }

        Value D(double v) => b.Scalar(DataType.Float64, v);
        Value Floor(Value v) => b.Emit("Floor", [v]);
        Value Truncate(Value v) => b.Cast(b.Cast(v, DataType.Int64), DataType.Float64);
        (Value lowIn, Value highIn) = (b.Cast(minIn, DataType.Float64), b.Cast(maxIn, DataType.Float64));
        (Value low, Value high) = (b.Cast(min, DataType.Float64), b.Cast(max, DataType.Float64));
        Value range = b.Maximum(b.Sub(high, low), D(1e-30));
        Value scale = Truncate(b.Div(b.Mul(D(255.0 * 65536), b.Sub(highIn, lowIn)), range));
        Value offsetIn = Truncate(b.Mul(b.Div(b.Mul(b.Add(lowIn, highIn), D(0.5)), range), D(255.0 * 65536)));
        Value offset = Truncate(b.Div(b.Mul(low, D(255.0 * 65536)), range));
        Value value = b.Add(Floor(b.Div(b.Mul(b.Cast(codes, DataType.Float64), scale), D(4294967296.0))), offsetIn);
        Value rounded = Floor(b.Div(b.Add(b.Sub(value, offset), D(32768)), D(65536)));
        return b.Cast(b.Cast(b.Emit("Clip", [rounded, D(0), D(255)]), DataType.Int32), type);
    }

    // Ranges along an axis are vectors; they are laid along it.
    private static Value Along(LoweringContext c, Value x, Value range)
    {
        long axis = c.Attributes.GetInteger("axis", -1);
        if (axis < 0 || range.Shape is not { Rank: 1 })
        {
            return range;
        }

        return c.Onnx.Reshape(range, [.. Enumerable.Range(0, c.RankOf(x)).Select(i => i == axis ? -1L : 1L)]);
    }
}
