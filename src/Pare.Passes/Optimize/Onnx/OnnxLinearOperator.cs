namespace Pare.Passes.Optimize.Onnx;

/// <summary>A Conv, ConvTranspose, Gemm or MatMul with constant float weights, seen as <c>y[o] = sum W[o,i]·x[i] + b[o]</c>, so that scales and shifts beside it can be folded into it.</summary>
internal sealed class OnnxLinearOperator
{
    // A weight used elsewhere too is copied only when it is this small.
    private const long CopyBelow = 1024;

    private readonly OnnxRewriter _r;
    private readonly Value _weight;

    private OnnxLinearOperator(OnnxRewriter r, Node node, Value weight)
    {
        _r = r;
        Node = node;
        _weight = weight;
        TensorShape s = weight.Constant!.Shape;
        Group = IsConvolution ? node.Attributes.GetInteger("group", 1) : 1;
        bool transposed = node.Operator == "Gemm" && node.Attributes.GetBoolean("transB");
        (OutputAxis, InputAxis) = node.Operator switch
        {
            "Conv" => (0, 1),
            "ConvTranspose" => (1, 0),
            _ => transposed ? (0, 1) : (1, 0),
        };
        Outputs = s[OutputAxis];
        Inputs = node.Operator == "Conv" ? s[1] * Group : s[InputAxis];
    }

    public Node Node { get; }

    public long Group { get; }

    public int OutputAxis { get; }

    public int InputAxis { get; }

    public long Outputs { get; }

    public long Inputs { get; }

    public bool IsConvolution => Node.Operator is "Conv" or "ConvTranspose";

    public Value Data => Node.Inputs[0]!;

    /// <summary>Places from the end at which channels stand in data and result.</summary>
    private int ChannelFromEnd => IsConvolution ? _weight.Constant!.Shape.Rank - 1 : 1;

    private int Rank => _weight.Constant!.Shape.Rank;

    /// <summary>Whether the window never reaches beyond the data, so that a shift of the data is a shift of the result.</summary>
    public bool HasNoPadding => !IsConvolution || (Node.Attributes.GetString("auto_pad", "NOTSET") is "NOTSET" or "VALID" && (Node.Attributes.GetIntegers("pads") is not { } p || Array.TrueForAll(p, x => x == 0)));

    public static OnnxLinearOperator? Of(OnnxRewriter r, Node? node)
    {
        if (node is not { IsRemoved: false } || node.Domain is not ("" or "ai.onnx") || node.Operator is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul")
            || node.InputOrDefault(1) is not { Constant: { Type: DataType.Float32 } w } weight || w is SparseTensorData || w.Count > 1 << 27 || node.InputOrDefault(0) is null or { IsConstant: true })
        {
            return null;
        }

        bool fits = node.Operator switch
        {
            "Conv" => w.Shape.Rank >= 3,
            "ConvTranspose" => w.Shape.Rank >= 3 && node.Attributes.GetInteger("group", 1) == 1,
            "Gemm" => w.Shape.Rank == 2 && (node.InputOrDefault(2) is null || node.Attributes.GetFloat("beta", 1) == 1),
            _ => w.Shape.Rank == 2,
        };
        return fits && (weight.Uses.Count == 1 || w.ByteLength <= CopyBelow) ? new OnnxLinearOperator(r, node, weight) : null;
    }

    /// <summary>The bias, one value an output channel; zeros where there is none, null where it is not constant.</summary>
    public float[]? Bias()
    {
        if (Node.Operator == "MatMul" || Node.InputOrDefault(2) is not { } b)
        {
            return new float[Outputs];
        }

        return OnnxRewriter.Floats(b) is { } f && b.Constant!.Shape.Rank <= 2 ? f.Length == Outputs && b.Constant.Shape[-1] == Outputs ? f : f.Length == 1 ? [.. Enumerable.Repeat(f[0], (int)Outputs)] : null : null;
    }

    public bool HasBias => Node.Operator != "MatMul" && Node.InputOrDefault(2) is not null;

    /// <summary>A constant as one value a channel, when it is constant along all other axes and adds none.</summary>
    /// <param name="constant">The constant.</param>
    /// <param name="channels">How many channels there are.</param>
    public float[]? PerChannel(Value? constant, long channels)
    {
        if (OnnxRewriter.Floats(constant) is not { } f)
        {
            return null;
        }

        TensorShape s = constant!.Constant!.Shape;
        int rankLimit = Node.Operator == "MatMul" ? Data.Shape?.Rank ?? 1 : Rank;
        if (s.Rank > rankLimit)
        {
            return null;
        }

        for (int i = 1; i <= s.Rank; i++)
        {
            if (s[-i] != 1 && !(i == ChannelFromEnd && s[-i] == channels))
            {
                return null;
            }
        }

        return f.Length == channels ? f : f.Length == 1 ? [.. Enumerable.Repeat(f[0], (int)channels)] : null;
    }

    /// <summary>Whether a bias may be added where there was none: as MatMul it has to become a Gemm, which takes matrices only.</summary>
    public bool CanHaveBias => Node.Operator != "MatMul" || (Data.Shape?.Rank == 2 && _r.OperatorSet >= 9);

    /// <summary>Bytes that a bias would add.</summary>
    public long BiasCost => HasBias ? 0 : (Outputs * 4) + 40;

    /// <summary>Multiplies the weights of each output channel.</summary>
    public void ScaleOutputs(float[] scale) => Scale(OutputAxis, (o, _) => scale[o]);

    /// <summary>Multiplies the weights of each input channel; with groups, an output channel's weights are those of its group's inputs.</summary>
    public void ScaleInputs(float[] scale) => Scale(InputAxis, (i, o) => scale[InputChannel(i, o)]);

    /// <summary>What a shift of each input channel adds to each output channel.</summary>
    public float[] ShiftOf(float[] inputShift)
    {
        float[] w = _weight.Constant!.ToFloats();
        double[] sum = new double[Outputs];
        Walk((at, i, o) => sum[o] += (double)w[at] * inputShift[InputChannel(i, o)]);
        float alpha = Node.Operator == "Gemm" ? Node.Attributes.GetFloat("alpha", 1) : 1;
        return Array.ConvertAll(sum, s => (float)(s * alpha));
    }

    /// <summary>Sets the bias.</summary>
    public void SetBias(float[] bias)
    {
        Value b = _r.Constant((Node.InputOrDefault(2) ?? _weight).Name + "_bias", DenseTensorData.Create(bias.AsSpan(), new TensorShape(bias.Length)));
        if (Node.Operator == "MatMul")
        {
            Node.Operator = "Gemm";
        }

        while (Node.Inputs.Count < 3)
        {
            Node.AddInput(null);
        }

        Node.SetInput(2, b);
    }

    /// <summary>Weights as [output channel, input channel, place in the window].</summary>
    public float[] Rows()
    {
        float[] w = _weight.Constant!.ToFloats();
        if (OutputAxis == 0)
        {
            return w;
        }

        float[] rows = new float[w.Length];
        for (long i = 0; i < Inputs; i++)
        {
            for (long o = 0; o < Outputs; o++)
            {
                rows[(o * Inputs) + i] = w[(i * Outputs) + o];
            }
        }

        return rows;
    }

    /// <summary>Sets weights given as <see cref="Rows"/> gives them, with another number of input channels.</summary>
    public void SetRows(float[] rows, long inputs)
    {
        long[] shape = _weight.Constant!.Shape.ToArray();
        shape[InputAxis] = inputs;
        float[] w = rows;
        if (OutputAxis != 0)
        {
            w = new float[rows.Length];
            for (long o = 0; o < Outputs; o++)
            {
                for (long i = 0; i < inputs; i++)
                {
                    w[(i * Outputs) + o] = rows[(o * inputs) + i];
                }
            }
        }

        Node.SetInput(1, _r.Constant(_weight.Name, DenseTensorData.Create(w.AsSpan(), new TensorShape(shape))));
    }

    /// <summary>Elements of the weight.</summary>
    public long Count => _weight.Constant!.Count;

    /// <summary>Whether it maps each place by itself, as a matrix does: a product, or a convolution of a window, stride and group of one.</summary>
    public bool IsPointwise => Node.Operator switch
    {
        "MatMul" => true,
        "Gemm" => !Node.Attributes.GetBoolean("transA") && Node.Attributes.GetFloat("alpha", 1) == 1,
        "Conv" => Group == 1 && HasNoPadding && Count == Outputs * Inputs && Array.TrueForAll(Node.Attributes.GetIntegers("strides") ?? [], v => v == 1),
        _ => false,
    };

    private long InputChannel(long i, long o) => Node.Operator == "Conv" ? (o / (Outputs / Group) * (Inputs / Group)) + i : i;

    private void Scale(int axis, Func<long, long, float> factor)
    {
        float[] w = _weight.Constant!.ToFloats();
        Walk((at, i, o) => w[at] *= axis == OutputAxis ? factor(o, i) : factor(i, o));
        Value scaled = _r.Constant(_weight.Name, DenseTensorData.Create(w.AsSpan(), _weight.Constant.Shape));
        Node.SetInput(1, scaled);
    }

    private void Walk(Action<long, long, long> visit)
    {
        TensorShape s = _weight.Constant!.Shape;
        long inner = 1;
        for (int i = 2; i < s.Rank; i++)
        {
            inner *= s[i];
        }

        long at = 0;
        for (long a = 0; a < s[0]; a++)
        {
            for (long b = 0; b < s[1]; b++)
            {
                for (long k = 0; k < inner; k++, at++)
                {
                    visit(at, InputAxis == 1 ? b : a, OutputAxis == 0 ? a : b);
                }
            }
        }
    }
}
