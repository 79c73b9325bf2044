namespace Pare.Passes.Optimize.Onnx;

/// <summary>
/// Folds into convolutions and matrix products what scales and shifts their data or result: batch norms, products, sums, quotients by constants. Joins chains of
/// such products and sums, and takes padding into convolutions.
/// </summary>
internal static class OnnxLinearRules
{
    private const float LeastScale = 1e-4f;
    private const float MostScale = 1e4f;
    private const long MostProducts = 1L << 31;

    public static void Apply(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (n.IsRemoved || n.Domain is not ("" or "ai.onnx"))
            {
                continue;
            }

            switch (n.Operator)
            {
                case "BatchNormalization":
                    BatchNormalization(r, n);
                    break;
                case "Mul" or "Div" or "Add" or "Sub":
                    if (!After(r, n))
                    {
                        Chain(r, n);
                    }

                    break;
                case "Conv" or "Gemm" or "MatMul":
                    Before(r, n);
                    Merge(r, n);
                    break;
            }
        }

        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (!n.IsRemoved && OnnxRewriter.Is(n, "Conv"))
            {
                TakePadding(r, n);
            }
        }
    }

    // y = (x - mean) / sqrt(variance + epsilon) · scale + bias.
    private static void BatchNormalization(OnnxRewriter r, Node n)
    {
        if (n.Attributes.GetBoolean("training_mode") || n.Attributes.GetInteger("spatial", 1) != 1 || n.InputOrDefault(0) is not { } x || !OnnxRewriter.IsPrivate(x) || OnnxLinearOperator.Of(r, x.Producer) is not { } linear
            || linear.Node.Operator == "MatMul" || linear.Bias() is not { } bias
            || OnnxRewriter.Floats(n.InputOrDefault(1)) is not { } gamma || OnnxRewriter.Floats(n.InputOrDefault(2)) is not { } beta
            || OnnxRewriter.Floats(n.InputOrDefault(3)) is not { } mean || OnnxRewriter.Floats(n.InputOrDefault(4)) is not { } variance || gamma.Length != linear.Outputs
            || beta.Length != gamma.Length || mean.Length != gamma.Length || variance.Length != gamma.Length)
        {
            return;
        }

        double epsilon = n.Attributes.GetFloat("epsilon", 1e-5f);
        float[] scale = new float[gamma.Length];
        float[] shift = new float[gamma.Length];
        for (int i = 0; i < scale.Length; i++)
        {
            double s = gamma[i] / Math.Sqrt(variance[i] + epsilon);
            scale[i] = (float)s;
            shift[i] = (float)(((bias[i] - mean[i]) * s) + beta[i]);
            if (!float.IsFinite(scale[i]) || !float.IsFinite(shift[i]))
            {
                return;
            }
        }

        if (r.Replace(n.Output, x))
        {
            linear.ScaleOutputs(scale);
            linear.SetBias(shift);
            r.Changed("batch norms folded");
        }
    }

    // A product, sum, quotient or difference by a constant: its data, factor and summand.
    private static (Value Data, Value Constant, bool IsScale, bool IsInverse)? Affine(Node? n)
    {
        if (n is not { IsRemoved: false, Inputs.Count: 2 } || n.Domain is not ("" or "ai.onnx") || n.Operator is not ("Mul" or "Div" or "Add" or "Sub"))
        {
            return null;
        }

        (Value? a, Value? b) = (n.Inputs[0], n.Inputs[1]);
        bool commutes = n.Operator is "Mul" or "Add";
        if (a is null || b is null || a.IsConstant == b.IsConstant || (a.IsConstant && !commutes))
        {
            return null;
        }

        (Value data, Value constant) = a.IsConstant ? (b, a) : (a, b);
        return constant.Type == DataType.Float32 ? (data, constant, n.Operator is "Mul" or "Div", n.Operator is "Div" or "Sub") : null;
    }

    private static float[] Apply(float[] values, bool isScale, bool isInverse) => !isInverse ? values : Array.ConvertAll(values, v => isScale ? 1f / v : -v);

    private static bool After(OnnxRewriter r, Node n)
    {
        if (Affine(n) is not var (x, constant, isScale, isInverse) || !OnnxRewriter.IsPrivate(x) || OnnxLinearOperator.Of(r, x.Producer) is not { } linear
            || linear.PerChannel(constant, linear.Outputs) is not { } raw)
        {
            return false;
        }

        float[] values = Apply(raw, isScale, isInverse);
        if (!Array.TrueForAll(values, float.IsFinite) || linear.Bias() is not { } bias)
        {
            return false;
        }

        if (!isScale && (!linear.CanHaveBias || (!linear.HasBias && raw.Length != constant.Constant!.Count && linear.BiasCost > 256 && linear.BiasCost > r.Slack())))
        {
            return false;
        }

        if (!r.Replace(n.Output, x))
        {
            return false;
        }

        if (isScale)
        {
            linear.ScaleOutputs(values);
            if (linear.HasBias)
            {
                linear.SetBias([.. bias.Select((b, i) => b * values[i])]);
            }
        }
        else
        {
            linear.SetBias([.. bias.Select((b, i) => b + values[i])]);
        }

        r.Changed(isScale ? "products folded into weights" : "sums folded into biases");
        return true;
    }

    private static void Before(OnnxRewriter r, Node n)
    {
        if (OnnxLinearOperator.Of(r, n) is not { } linear || (n.Operator == "Gemm" && n.Attributes.GetBoolean("transA")) || !OnnxRewriter.IsPrivate(linear.Data)
            || Affine(linear.Data.Producer) is not var (x, constant, isScale, isInverse) || linear.PerChannel(constant, linear.Inputs) is not { } raw || !KeepsChannels(linear, x, constant))
        {
            return;
        }

        float[] values = Apply(raw, isScale, isInverse);
        if (!Array.TrueForAll(values, float.IsFinite))
        {
            return;
        }

        if (isScale)
        {
            if (Array.TrueForAll(values, v => Math.Abs(v) is >= LeastScale and <= MostScale))
            {
                linear.ScaleInputs(values);
                n.SetInput(0, x);
                r.Changed("products folded into weights");
            }

            return;
        }

        if (linear.HasNoPadding && linear.Bias() is { } bias && linear.CanHaveBias && (linear.HasBias || linear.BiasCost <= 256 || linear.BiasCost <= r.Slack()))
        {
            float[] shift = linear.ShiftOf(values);
            linear.SetBias([.. bias.Select((b, i) => b + shift[i])]);
            n.SetInput(0, x);
            r.Changed("sums folded into biases");
            return;
        }

        // conv(s·x + t) = conv'(x + t/s): the product goes even where padding keeps the sum.
        Node sum = linear.Data.Producer!;
        if (OnnxRewriter.IsPrivate(x) && Affine(x.Producer) is (var y, var factor, true, var inverse) && linear.PerChannel(factor, linear.Inputs) is { } rawFactor && KeepsChannels(linear, y, factor)
            && constant.Constant!.Count >= factor.Constant!.Count)
        {
            float[] scale = Apply(rawFactor, true, inverse);
            if (Array.TrueForAll(scale, v => Math.Abs(v) is >= LeastScale and <= MostScale))
            {
                float[] divided = [.. OnnxRewriter.Floats(constant)!.Select((t, i) => (isInverse ? -t : t) / scale[constant.Constant.Count == 1 ? 0 : i])];
                linear.ScaleInputs(scale);
                sum.Operator = "Add";
                sum.SetInputs(y, r.Constant(constant.Name, DenseTensorData.Create(divided.AsSpan(), constant.Constant.Shape)));
                r.Changed("products folded into weights");
            }
        }
    }

    // W2·(W1·x + b1) + b2 = (W2·W1)·x + (W2·b1 + b2): one operator, where it has no more weights than the two.
    private static void Merge(OnnxRewriter r, Node n)
    {
        if (OnnxLinearOperator.Of(r, n) is not { Group: 1 } second || !OnnxRewriter.IsPrivate(second.Data) || OnnxLinearOperator.Of(r, second.Data.Producer) is not { IsPointwise: true } first
            || first.IsConvolution != second.IsConvolution || (!second.IsConvolution && !second.IsPointwise) || first.Outputs != second.Inputs
            || first.Bias() is not { } b1 || second.Bias() is not { } b2)
        {
            return;
        }

        long window = second.Count / (second.Outputs * second.Inputs);
        bool shifts = Array.Exists(b1, b => b != 0);
        long count = second.Outputs * first.Inputs * window;
        if (count + (shifts && !second.HasBias ? second.Outputs : 0) > first.Count + second.Count || count * second.Inputs > MostProducts || (shifts && (!second.HasNoPadding || !second.CanHaveBias)))
        {
            return;
        }

        float[] w1 = first.Rows();
        float[] w2 = second.Rows();
        float[] joined = new float[count];
        double[] row = new double[first.Inputs];
        for (long o = 0; o < second.Outputs; o++)
        {
            for (long k = 0; k < window; k++)
            {
                Array.Clear(row);
                for (long m = 0; m < second.Inputs; m++)
                {
                    double factor = w2[(((o * second.Inputs) + m) * window) + k];
                    for (long i = 0; i < first.Inputs; i++)
                    {
                        row[i] += factor * w1[(m * first.Inputs) + i];
                    }
                }

                for (long i = 0; i < first.Inputs; i++)
                {
                    joined[(((o * first.Inputs) + i) * window) + k] = (float)row[i];
                }
            }
        }

        if (shifts)
        {
            float[] shift = second.ShiftOf(b1);
            second.SetBias([.. b2.Select((b, o) => b + shift[o])]);
        }

        second.SetRows(joined, first.Inputs);
        n.SetInput(0, first.Data);
        r.Changed("adjacent linear operators merged");
    }

    // A constant with an extent per channel must meet data that has these channels, else it makes them.
    private static bool KeepsChannels(OnnxLinearOperator linear, Value data, Value constant) => constant.Constant!.Count == 1
        ? constant.Constant.Shape.Rank <= 1 || data.Shape?.Rank >= constant.Constant.Shape.Rank
        : data.Shape is { } s && s.Rank >= constant.Constant.Shape.Rank && s.Rank > 1 && (linear.IsConvolution ? s[1] : s[-1]).Value == linear.Inputs;

    // (x·a)·b = x·(a·b), (x + a) + b = x + (a + b), quotients and differences too.
    private static void Chain(OnnxRewriter r, Node n)
    {
        if (Affine(n) is not var (x, second, isScale, isInverse) || !OnnxRewriter.IsPrivate(x) || Affine(x.Producer) is not var (source, first, firstIsScale, firstIsInverse) || isScale != firstIsScale
            || second.Constant!.Count > 65536 || first.Constant!.Count > 65536)
        {
            return;
        }

        TensorData a = first.Constant;
        TensorData b = second.Constant;
        bool sameShape = a.Shape.Equals(b.Shape);
        if (!sameShape && !(a.Count == 1 && a.Shape.Rank <= b.Shape.Rank) && !(b.Count == 1 && b.Shape.Rank <= a.Shape.Rank))
        {
            return;
        }

        float[] p = Apply(a.ToFloats(), isScale, firstIsInverse);
        float[] q = Apply(b.ToFloats(), isScale, isInverse);
        float[] joined = new float[Math.Max(p.Length, q.Length)];
        for (int i = 0; i < joined.Length; i++)
        {
            float u = p[p.Length == 1 ? 0 : i];
            float v = q[q.Length == 1 ? 0 : i];
            joined[i] = isScale ? u * v : u + v;
        }

        if (!Array.TrueForAll(joined, float.IsFinite))
        {
            return;
        }

        n.Operator = isScale ? "Mul" : "Add";
        n.SetInputs(source, r.Constant(second.Name, DenseTensorData.Create(joined.AsSpan(), a.Count == 1 && !sameShape ? b.Shape : a.Shape)));
        r.Changed(isScale ? "products joined" : "sums joined");
    }

    private static void TakePadding(OnnxRewriter r, Node conv)
    {
        Value? x = conv.InputOrDefault(0);
        if (x?.Producer is not { } pad || !OnnxRewriter.Is(pad, "Pad") || !OnnxRewriter.IsPrivate(x) || pad.Attributes.GetString("mode", "constant") != "constant" || conv.Attributes.GetString("auto_pad", "NOTSET") != "NOTSET"
            || (pad.InputOrDefault(2) is { } fill && !OnnxRewriter.IsAll(fill, 0)) || pad.Attributes.GetFloat("value") != 0 || pad.InputOrDefault(3) is not null
            || (pad.Attributes.GetIntegers("pads") ?? (pad.InputOrDefault(1) is { } p ? r.Facts.Known(p) : null)) is not { } pads || conv.InputOrDefault(1)?.Shape?.Rank is not { } rank || pads.Length != rank * 2
            || Array.Exists(pads, v => v < 0) || pads[0] + pads[1] + pads[rank] + pads[rank + 1] != 0)
        {
            return;
        }

        int spatial = rank - 2;
        long[] own = conv.Attributes.GetIntegers("pads") ?? new long[spatial * 2];
        for (int i = 0; i < spatial; i++)
        {
            own[i] += pads[i + 2];
            own[i + spatial] += pads[rank + i + 2];
        }

        conv.Attributes["pads"] = AttributeValue.Of([.. own]);
        conv.SetInput(0, pad.Inputs[0]);
        r.Changed("padding taken into convolutions");
    }
}
