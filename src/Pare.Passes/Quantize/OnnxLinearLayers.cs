namespace Pare.Passes.Quantize;

/// <summary>ONNX's Conv (2-D), Gemm and MatMul as linear layers.</summary>
internal static class OnnxLinearLayers
{
    public static LinearLayer? Describe(Node node) => (node.Domain, node.Operator) switch
    {
        ("" or "ai.onnx", "Conv") => Convolution(node),
        ("" or "ai.onnx", "Gemm") => Product(node, node.Attributes.GetBoolean("transB")),
        ("" or "ai.onnx", "MatMul") => Product(node, false),
        _ => null,
    };

    private static LinearLayer? Convolution(Node node)
    {
        if (LinearLayers.OwnConstant(node, 1) is not { Constant.Shape: { Rank: 4 } shape } weight || shape.Count > int.MaxValue || Window(node, shape) is not { } window)
        {
            return null;
        }

        (int o, int i, int h, int w) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        int groups = (int)node.Attributes.GetInteger("group", 1);
        if (groups < 1 || o % groups != 0)
        {
            return null;
        }

        int size = i * h * w;
        return new LinearLayer
        {
            Node = node,
            Weight = weight,
            Input = node.Inputs[0],
            Bias = LinearLayers.OwnConstant(node, 2),
            Result = node.Output,
            Groups = groups,
            InputSize = size,
            OutputSize = o / groups,
            GroupStride = o / groups * size,
            OutputStride = size,
            // Rows in the order (y, x, channel), as patches are gathered.
            RowOffset = [.. Enumerable.Range(0, size).Select(j => (j % i * h * w) + (j / i))],
            RowChannel = [.. Enumerable.Range(0, size).Select(j => j % i)],
            InputChannels = i,
            InputChannelAxis = groups == 1 ? 1 : null,
            OutputChannelAxes = [0],
            Window = window,
            ChannelsLast = false,
        };
    }

    private static LinearLayer? Product(Node node, bool transposed)
    {
        if (LinearLayers.OwnConstant(node, 1) is not { Constant.Shape: { Rank: 2 } shape } weight || shape.Count > int.MaxValue
            || node.Attributes.GetBoolean("transA") || node.Attributes.GetFloat("alpha", 1) != 1)
        {
            return null;
        }

        long columns = shape[transposed ? 0 : 1];
        Value? bias = null;
        Value result = node.Output;
        if (node.Operator == "Gemm")
        {
            bias = node.Attributes.GetFloat("beta", 1) == 1 && LinearLayers.OwnConstant(node, 2) is { Constant.Shape: { Rank: 1 } length } b && length[0] == columns ? b : null;
        }
        else if (LinearLayers.OnlyConsumer(node.Output) is { Operator: "Add", Domain: "" } add)
        {
            int side = ReferenceEquals(add.Inputs[0], node.Output) ? 1 : 0;
            if (LinearLayers.OwnConstant(add, side) is { Constant.Shape: { Rank: 1 } length } b && length[0] == columns)
            {
                (bias, result) = (b, add.Output);
            }
        }

        return LinearLayers.Matrix(node, weight, transposed, bias, result);
    }

    private static PatchWindow? Window(Node node, TensorShape shape)
    {
        long[] strides = node.Attributes.GetIntegers("strides") ?? [1, 1];
        long[] dilations = node.Attributes.GetIntegers("dilations") ?? [1, 1];
        string auto = node.Attributes.GetString("auto_pad", "NOTSET");
        long[] pads = (auto == "NOTSET" ? node.Attributes.GetIntegers("pads") : null) ?? [0, 0, 0, 0];
        return strides.Length != 2 || dilations.Length != 2 || pads.Length != 4 || auto == "SAME_LOWER" ? null : new PatchWindow
        {
            KernelHeight = (int)shape[2],
            KernelWidth = (int)shape[3],
            StrideHeight = (int)strides[0],
            StrideWidth = (int)strides[1],
            DilationHeight = (int)dilations[0],
            DilationWidth = (int)dilations[1],
            PadTop = auto == "SAME_UPPER" ? null : (int)pads[0],
            PadLeft = (int)pads[1],
            PadBottom = (int)pads[2],
            PadRight = (int)pads[3],
        };
    }
}
