using static Pare.Passes.Conversion.ToTFLiteUnaryLowerings;

namespace Pare.Passes.Conversion;

/// <summary>Activations.</summary>
internal static class ToTFLiteActivationLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        Of("Relu", Relu),
        Of("Sigmoid", (b, x) => b.Unary("LOGISTIC", x)),
        Of("Tanh", (b, x) => b.Unary("TANH", x)),
        Of("HardSwish", (b, x) => b.Unary("HARD_SWISH", x)),
        Of("Softsign", (b, x) => b.Binary("DIV", x, b.Binary("ADD", b.Unary("ABS", x), One(b, x)))),
        Of("Softplus", Softplus),
        Of("Mish", (b, x) => b.Binary("MUL", x, b.Unary("TANH", Softplus(b, x)))),
        new("Elu", c => Laid(c, x => Elu(c.Builder, x, c.Attributes.GetFloat("alpha", 1), 1))),
        new("Selu", c => Laid(c, x => Elu(c.Builder, x, c.Attributes.GetFloat("alpha", 1.67326319217681884765625f), c.Attributes.GetFloat("gamma", 1.05070102214813232421875f)))),
        new("Celu", Celu),
        new("Swish", c => Laid(c, x => c.Builder.Binary("MUL", x, c.Builder.Unary("LOGISTIC", Scaled(c.Builder, x, c.Attributes.GetFloat("alpha", 1)))))),
        new("LeakyRelu", c => Laid(c, x => c.Builder.Emit("LEAKY_RELU", [x], ("alpha", AttributeValue.Of(c.Attributes.GetFloat("alpha", 0.01f)))))),
        new("ThresholdedRelu", ThresholdedRelu),
        new("HardSigmoid", HardSigmoid),
        new("Shrink", Shrink),
        new("Gelu", c => Laid(c, x => c.Builder.Emit("GELU", [x], ("approximate", AttributeValue.Of(c.Attributes.GetString("approximate", "none") == "tanh"))))),
        new("Clip", Clip),
        new("PRelu", PRelu),
        new("Softmax", c => Softmax(c, "SOFTMAX")),
        new("LogSoftmax", c => Softmax(c, "LOG_SOFTMAX")),
        new("Hardmax", Hardmax),
    ];

    /// <summary>The value with an axis of the ONNX value brought to the end, and the order it then has.</summary>
    public static (Value Value, int[] Order) WithLast(ToTFLiteContext c, int input, long axis)
    {
        LaidValue x = c.Raw(input);
        int rank = c.Rank(input);
        int[] order = x.Order ?? AxisOrder.Identity(rank);
        int at = x.AxisOf(axis);
        if (at == rank - 1)
        {
            return (x.Value, order);
        }

        int[] target = Array.ConvertAll(order, p => p == at ? rank - 1 : p > at ? p - 1 : p);
        return (c.Builder.Laid(x, target), target);
    }

    private static Value Scaled(TFLiteBuilder b, Value x, float factor) => factor == 1 ? x : b.Binary("MUL", x, b.Scalar(x.Type, factor));

    private static Value Relu(TFLiteBuilder b, Value x) => x.Type.IsFloat() ? b.Unary("RELU", x) : b.Binary("MAXIMUM", x, b.Scalar(x.Type, 0));

    /// <summary>max(x, 0) + ln(1 + e^-|x|), which does not overflow.</summary>
    public static Value Softplus(TFLiteBuilder b, Value x)
        => b.Binary("ADD", Relu(b, x), b.Unary("LOG", b.Binary("ADD", b.Unary("EXP", b.Unary("NEG", b.Unary("ABS", x))), One(b, x))));

    // ELU(x) where alpha is 1; else relu(x) + alpha·ELU(min(x, 0)).
    private static Value Elu(TFLiteBuilder b, Value x, float alpha, float gamma)
    {
        if (alpha == 1)
        {
            return Scaled(b, b.Unary("ELU", x), gamma);
        }

        Value below = b.Unary("ELU", b.Binary("MINIMUM", x, b.Scalar(x.Type, 0)));
        return b.Binary("ADD", Scaled(b, Relu(b, x), gamma), Scaled(b, below, alpha * gamma));
    }

    private static void Celu(ToTFLiteContext c) => Laid(c, x =>
    {
        float alpha = c.Attributes.GetFloat("alpha", 1);
        return Scaled(c.Builder, c.Builder.Unary("ELU", Scaled(c.Builder, x, 1 / alpha)), alpha);
    });

    private static void ThresholdedRelu(ToTFLiteContext c) => Laid(c, x =>
    {
        TFLiteBuilder b = c.Builder;
        return b.Select(b.Compare("GREATER", x, b.Scalar(x.Type, c.Attributes.GetFloat("alpha", 1))), x, b.Scalar(x.Type, 0));
    });

    private static void HardSigmoid(ToTFLiteContext c) => Laid(c, x =>
    {
        TFLiteBuilder b = c.Builder;
        float alpha = c.Attributes.GetFloat("alpha", 0.2f);
        float beta = c.Attributes.GetFloat("beta", 0.5f);
        Value line = b.Binary("ADD", Scaled(b, x, alpha), b.Scalar(x.Type, beta));
        return b.Emit("RELU_0_TO_1", [line]);
    });

    private static void Shrink(ToTFLiteContext c) => Laid(c, x =>
    {
        TFLiteBuilder b = c.Builder;
        float lambda = c.Attributes.GetFloat("lambd", 0.5f);
        float bias = c.Attributes.GetFloat("bias");
        Value zero = b.Scalar(x.Type, 0);
        Value low = b.Select(b.Compare("LESS", x, b.Scalar(x.Type, -lambda)), b.Binary("ADD", x, b.Scalar(x.Type, bias)), zero);
        return b.Select(b.Compare("GREATER", x, b.Scalar(x.Type, lambda)), b.Binary("SUB", x, b.Scalar(x.Type, bias)), low);
    });

    private static void Clip(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        float? low = c.Attributes.ContainsKey("min") ? c.Attributes.GetFloat("min") : c.Constant(1) is { Count: 1 } l ? l.ToFloats()[0] : null;
        float? high = c.Attributes.ContainsKey("max") ? c.Attributes.GetFloat("max") : c.Constant(2) is { Count: 1 } h ? h.ToFloats()[0] : null;
        Laid(c, x =>
        {
            if (x.Type.IsFloat() && (low is not null || !c.Has(1)) && (high is not null || !c.Has(2)))
            {
                string? direct = (low, high) switch
                {
                    (0, null or float.MaxValue or float.PositiveInfinity) => "RELU",
                    (0, 6) => "RELU6",
                    (-1, 1) => "RELU_N1_TO_1",
                    (0, 1) => "RELU_0_TO_1",
                    _ => null,
                };
                if (direct is not null)
                {
                    return b.Unary(direct, x);
                }
            }

            Value y = x;
            if (low is not null || c.Has(1))
            {
                y = low is float.MinValue or float.NegativeInfinity ? y : b.Binary("MAXIMUM", y, low is { } f ? b.Scalar(x.Type, f) : c.In(1));
            }

            if (high is not null || c.Has(2))
            {
                y = high is float.MaxValue or float.PositiveInfinity ? y : b.Binary("MINIMUM", y, high is { } f ? b.Scalar(x.Type, f) : c.In(2));
            }

            return y;
        });
    }

    // The runtime's kernel takes slopes whose shape is the input's without the batch; XNNPACK wants one a channel.
    private static void PRelu(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        (Value[] v, int[]? order) = LaidOperands.Align(c, 0, 1);
        Value slope = v[1];
        if (slope.Shape is { } s && v[0].Shape is { } x && s.Rank < x.Rank - 1 && s.IsStatic)
        {
            slope = b.Reshape(slope, [.. Enumerable.Repeat(1L, x.Rank - 1 - s.Rank), .. s.Dimensions.Select(d => d.Value!.Value)]);
        }
        else if (slope.Shape is { } t && v[0].Shape is { } y && t.Rank == y.Rank && t.IsStatic && t[0].Value == 1 && t.Rank > 1)
        {
            slope = b.Reshape(slope, [.. t.Dimensions.Skip(1).Select(d => d.Value!.Value)]);
        }

        c.Set(b.Emit("PRELU", [v[0], slope]), order);
    }

    private static void Softmax(ToTFLiteContext c, string @operator)
    {
        TFLiteBuilder b = c.Builder;
        int rank = c.Rank(0);
        long axis = c.Attributes.GetInteger("axis", c.Opset < 13 ? 1 : -1);
        axis = axis < 0 ? axis + rank : axis;
        (string, AttributeValue)[] options = @operator == "SOFTMAX" ? [("beta", AttributeValue.Of(1f))] : [];
        if (c.Opset < 13 && axis < rank - 1)
        {
            // The older meaning: everything from the axis on is one.
            Value flat = c.In(0);
            IReadOnlyList<(long?, Value?)> extents = [.. Enumerable.Range(0, rank).Select(i => b.Extent(flat, i))];
            IReadOnlyList<(long?, Value?)> joined = [.. extents.Take((int)axis), (flat.Shape!.Dimensions.Skip((int)axis).Aggregate((long?)1, (p, d) => p * d.Value), null)];
            c.Set(b.Reshape(b.Emit(@operator, [b.Reshape(flat, joined)], options), extents));
            return;
        }

        (Value x, int[] order) = WithLast(c, 0, axis);
        c.Set(b.Cast(b.Emit(@operator, [b.Cast(x, DataType.Float32)], options), x.Type), order);
    }

    private static void Hardmax(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        (Value x, int[] order) = WithLast(c, 0, c.Attributes.GetInteger("axis", -1));
        long depth = x.Shape?[-1].Value ?? throw new LoweringException("the extent along the axis is not known");
        Value at = b.Emit("ARG_MAX", [x, b.Scalar(DataType.Int32, -1)], ("output_type", AttributeValue.Of("INT32")));
        c.Set(b.Emit("ONE_HOT", [at, b.Scalar(DataType.Int32, depth), b.Scalar(x.Type, 1), b.Scalar(x.Type, 0)], ("axis", AttributeValue.Of(-1))), order);
    }
}
