namespace Pare.Passes.Quantize;

/// <summary>TensorFlow's Conv2D, DepthwiseConv2dNative and MatMul as linear layers.</summary>
internal static class TensorFlowLinearLayers
{
    public static LinearLayer? Describe(Node node) => node.Operator switch
    {
        "Conv2D" => Convolution(node, depthwise: false),
        "DepthwiseConv2dNative" => Convolution(node, depthwise: true),
        "MatMul" => Product(node),
        _ => null,
    };

    private static LinearLayer? Convolution(Node node, bool depthwise)
    {
        if (LinearLayers.OwnConstant(node, 1) is not { Constant.Shape: { Rank: 4 } shape } weight || shape.Count > int.MaxValue || Window(node, shape) is not { } window)
        {
            return null;
        }

        (int h, int w, int i, int o) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        (Value? bias, Value result) = Bias(node);
        bool last = node.Attributes.GetString("data_format", "NHWC") == "NHWC";
        if (depthwise)
        {
            return new LinearLayer
            {
                Node = node,
                Weight = weight,
                Input = node.Inputs[0],
                Bias = bias,
                Result = result,
                Groups = i,
                InputSize = h * w,
                OutputSize = o,
                GroupStride = o,
                OutputStride = 1,
                RowOffset = [.. Enumerable.Range(0, h * w).Select(j => j * i * o)],
                RowChannel = new int[h * w],
                InputChannels = 1,
                OutputChannelAxes = [2, 3],
                Window = window,
                ChannelsLast = last,
            };
        }

        Value? input = node.Inputs[0];
        int groups = input?.Shape is { Rank: 4 } s && s[last ? 3 : 1].Value is { } channels && channels > i && channels % i == 0 ? (int)channels / i : 1;
        return o % groups != 0 ? null : new LinearLayer
        {
            Node = node,
            Weight = weight,
            Input = input,
            Bias = bias,
            Result = result,
            Groups = groups,
            InputSize = h * w * i,
            OutputSize = o / groups,
            GroupStride = o / groups,
            OutputStride = 1,
            RowOffset = [.. Enumerable.Range(0, h * w * i).Select(j => j * o)],
            RowChannel = [.. Enumerable.Range(0, h * w * i).Select(j => j % i)],
            InputChannels = i,
            InputChannelAxis = groups == 1 ? 2 : null,
            OutputChannelAxes = [3],
            Window = window,
            ChannelsLast = last,
        };
    }

    private static LinearLayer? Product(Node node)
    {
        if (LinearLayers.OwnConstant(node, 1) is not { Constant.Shape: { Rank: 2 } shape } weight || shape.Count > int.MaxValue
            || node.Attributes.GetBoolean("transpose_a"))
        {
            return null;
        }

        bool transposed = node.Attributes.GetBoolean("transpose_b");
        (Value? bias, Value result) = Bias(node);
        return LinearLayers.Matrix(node, weight, transposed, bias, result);
    }

    private static PatchWindow? Window(Node node, TensorShape shape)
    {
        bool last = node.Attributes.GetString("data_format", "NHWC") == "NHWC";
        (int y, int x) = last ? (1, 2) : (2, 3);
        long[] strides = node.Attributes.GetIntegers("strides") ?? [1, 1, 1, 1];
        long[] dilations = node.Attributes.GetIntegers("dilations") is { Length: 4 } d ? d : [1, 1, 1, 1];
        string padding = node.Attributes.GetString("padding");
        long[] pads = padding == "EXPLICIT" ? node.Attributes.GetIntegers("explicit_paddings") ?? [] : new long[8];
        return strides.Length != 4 || pads.Length != 8 ? null : new PatchWindow
        {
            KernelHeight = (int)shape[0],
            KernelWidth = (int)shape[1],
            StrideHeight = (int)strides[y],
            StrideWidth = (int)strides[x],
            DilationHeight = (int)dilations[y],
            DilationWidth = (int)dilations[x],
            PadTop = padding == "SAME" ? null : (int)pads[2 * y],
            PadBottom = (int)pads[(2 * y) + 1],
            PadLeft = (int)pads[2 * x],
            PadRight = (int)pads[(2 * x) + 1],
        };
    }

    private static (Value? Bias, Value Result) Bias(Node node)
    {
        if (LinearLayers.OnlyConsumer(node.Output) is { Operator: "BiasAdd" or "BiasAddV1" or "Add" or "AddV2" } add)
        {
            int side = ReferenceEquals(add.Inputs[0], node.Output) ? 1 : 0;
            if (LinearLayers.OwnConstant(add, side) is { Constant.Shape.Rank: 1 } bias)
            {
                return (bias, add.Output);
            }
        }

        return (null, node.Output);
    }
}
