namespace Pare.Passes.Quantize;

/// <summary>TFLite's CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of floats as linear layers; an activation may be fused behind the bias.</summary>
internal static class TFLiteLinearLayers
{
    public static LinearLayer? Describe(Node node) => (node.Domain, node.Operator) switch
    {
        ("", "CONV_2D") => Convolution(node),
        ("", "DEPTHWISE_CONV_2D") => Depthwise(node),
        ("", "FULLY_CONNECTED") => Product(node),
        _ => null,
    };

    // Filters [out, h, w, in].
    private static LinearLayer? Convolution(Node node)
    {
        if (LinearLayers.OwnConstant(node, 1) is not { Constant.Shape: { Rank: 4 } shape } weight || shape.Count > int.MaxValue)
        {
            return null;
        }

        (int o, int h, int w, int i) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        int groups = node.Inputs[0]?.Shape is { Rank: 4 } s && s[3].Value is { } channels && channels > i && channels % i == 0 ? (int)channels / i : 1;
        int size = h * w * i;
        return size == 0 || o % groups != 0 ? null : new LinearLayer
        {
            Node = node,
            Weight = weight,
            Input = node.Inputs[0],
            Bias = Bias(node, o),
            Result = node.Output,
            Groups = groups,
            InputSize = size,
            OutputSize = o / groups,
            GroupStride = o / groups * size,
            OutputStride = size,
            RowOffset = [.. Enumerable.Range(0, size)],
            RowChannel = [.. Enumerable.Range(0, size).Select(j => j % i)],
            InputChannels = i,
            InputChannelAxis = groups == 1 ? 3 : null,
            OutputChannelAxes = [0],
            Window = Window(node, h, w),
        };
    }

    // Filters [1, h, w, in · multiplier].
    private static LinearLayer? Depthwise(Node node)
    {
        if (LinearLayers.OwnConstant(node, 1) is not { Constant.Shape: { Rank: 4 } shape } weight || shape.Count > int.MaxValue)
        {
            return null;
        }

        (int h, int w, int o) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        int multiplier = (int)Math.Max(1, node.Inputs[0]?.Shape is { Rank: 4 } s && s[3].Value is > 0 and { } channels ? o / channels : node.Attributes.GetInteger("depth_multiplier", 1));
        return h * w == 0 || o % multiplier != 0 ? null : new LinearLayer
        {
            Node = node,
            Weight = weight,
            Input = node.Inputs[0],
            Bias = Bias(node, o),
            Result = node.Output,
            Groups = o / multiplier,
            InputSize = h * w,
            OutputSize = multiplier,
            GroupStride = multiplier,
            OutputStride = 1,
            RowOffset = [.. Enumerable.Range(0, h * w).Select(j => j * o)],
            RowChannel = new int[h * w],
            InputChannels = 1,
            OutputChannelAxes = [3],
            Window = Window(node, h, w),
        };
    }

    private static LinearLayer? Product(Node node) =>
        LinearLayers.OwnConstant(node, 1) is { Constant.Shape: { Rank: 2 } shape } weight && shape.Count is > 0 and <= int.MaxValue
        && node.Attributes.GetString("weights_format", "DEFAULT") == "DEFAULT"
            ? LinearLayers.Matrix(node, weight, transposed: true, Bias(node, shape[0]), node.Output)
            : null;

    private static Value? Bias(Node node, long channels) => LinearLayers.OwnConstant(node, 2) is { Constant: { } c } bias && c.Count == channels ? bias : null;

    private static PatchWindow Window(Node node, int height, int width) => new()
    {
        KernelHeight = height,
        KernelWidth = width,
        StrideHeight = (int)node.Attributes.GetInteger("stride_h", 1),
        StrideWidth = (int)node.Attributes.GetInteger("stride_w", 1),
        DilationHeight = (int)node.Attributes.GetInteger("dilation_h_factor", 1),
        DilationWidth = (int)node.Attributes.GetInteger("dilation_w_factor", 1),
        PadTop = node.Attributes.GetString("padding", "SAME") == "SAME" ? null : 0,
    };
}
