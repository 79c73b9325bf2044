using static Pare.Passes.Conversion.TFLiteBuilderHelpers;

namespace Pare.Passes.Conversion;

/// <summary>Convolutions: in one, two and three axes, grouped, depthwise. Filters [M, C/g, k…] become [M, k…, C/g], depthwise ones [1, k…, M].</summary>
internal static class ToTFLiteConvolutionLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("Conv", Convolve),
        new("ConvTranspose", TFLiteTransposedConvolution.Lower),
    ];

    /// <summary>The data with channels last; one spatial axis gets another of extent 1 before it.</summary>
    public static Value ChannelsLast(ToTFLiteContext c, int input)
    {
        TFLiteBuilder b = c.Builder;
        int rank = c.Rank(input);
        Value x = c.In(input, AxisOrder.ChannelsLast(rank));
        return rank == 3 ? b.Reshape(x, [b.Extent(x, 0), (1, null), b.Extent(x, 1), b.Extent(x, 2)]) : x;
    }

    /// <summary>Sets a result with channels last as the first output.</summary>
    public static void SetChannelsLast(ToTFLiteContext c, Value y, int rank)
    {
        TFLiteBuilder b = c.Builder;
        c.Set(rank == 3 ? b.Reshape(y, [b.Extent(y, 0), b.Extent(y, 2), b.Extent(y, 3)]) : y, AxisOrder.ChannelsLast(rank));
    }

    /// <summary>Zeros around the spatial axes of a value with channels last.</summary>
    public static Value Padded(TFLiteBuilder b, Value x, long[] amounts, double filling = 0)
    {
        int n = amounts.Length / 2;
        Value pads = b.Reshape(b.Int32s([0, 0, .. Enumerable.Range(0, n).SelectMany(i => new[] { amounts[i], amounts[i + n] }), 0, 0]), n + 2, 2);
        return filling == 0 ? b.Emit("PAD", [x, pads]) : b.Emit("PADV2", [x, pads, b.Scalar(x.Type, filling)]);
    }

    /// <summary>A convolution of codes less their zero points (inputs 2 and 3), in binary32, as 32-bit integers.</summary>
    public static void Whole(ToTFLiteContext c) => Convolve(c, whole: true);

    private static void Convolve(ToTFLiteContext c) => Convolve(c, whole: false);

    private static void Convolve(ToTFLiteContext c, bool whole)
    {
        TFLiteBuilder b = c.Builder;
        int rank = c.Rank(0);
        if (rank is < 3 or > 5)
        {
            throw new LoweringException($"a convolution over {rank - 2} axes has no counterpart in TFLite; over one, two or three it has");
        }

        SymbolicShape filter = c.Shape(1) ?? throw new LoweringException("the filter's shape is not known");
        long[] kernel = [.. filter.Dimensions.Skip(2).Select(d => d.Value ?? throw new LoweringException("the filter's extents are not known"))];
        TFLiteWindow window = TFLiteWindow.Read(c, kernel);
        long group = c.Attributes.GetInteger("group", 1);
        Value weight = c.In(1);
        if (rank == 3)
        {
            window = window.Widened();
            weight = b.Reshape(weight, filter[0].Value ?? -1, filter[1].Value ?? -1, 1, kernel[0]);
        }

        Value x = ChannelsLast(c, 0);
        x = whole ? ToTFLiteQuantizationLowerings.Centred(c, x, 2) : b.Cast(x, DataType.Float32);
        weight = whole ? ToTFLiteQuantizationLowerings.Centred(c, weight, 3) : b.Cast(weight, DataType.Float32);
        string? padding = window.Name;
        if (padding is null)
        {
            x = Padded(b, x, window.Amounts() ?? throw new LoweringException("how much is padded follows from extents that are not known; give the inputs' shapes"));
            padding = "VALID";
        }

        long outputs = weight.Shape![0].Value ?? throw new LoweringException("the number of output channels is not known");
        Value bias = c.Has(2) && !whole ? b.Cast(c.In(2), DataType.Float32) : b.Constant(new SplatTensorData(DataType.Float32, new TensorShape(outputs), new byte[4]));
        Value y = rank == 5 ? Volume(b, x, weight, bias, window, padding, group)
            : group > 1 && weight.Shape[1].Value == 1 && x.Shape?[-1].Value == group ? Depthwise(b, x, weight, bias, window, padding, outputs / group)
            : Plane(b, x, weight, bias, window, padding);
        SetChannelsLast(c, b.Cast(y, whole ? DataType.Int32 : c.Raw(0).Value.Type), rank);
    }

    private static Value Plane(TFLiteBuilder b, Value x, Value weight, Value bias, TFLiteWindow w, string padding)
        => b.Emit("CONV_2D", [x, b.Transpose(weight, 0, 2, 3, 1), bias], [.. Options(w, padding)]);

    private static Value Depthwise(TFLiteBuilder b, Value x, Value weight, Value bias, TFLiteWindow w, string padding, long multiplier)
        => b.Emit("DEPTHWISE_CONV_2D", [x, b.Transpose(weight, 1, 2, 3, 0), bias], [.. Options(w, padding), ("depth_multiplier", AttributeValue.Of(multiplier))]);

    private static Value Volume(TFLiteBuilder b, Value x, Value weight, Value bias, TFLiteWindow w, string padding, long group)
    {
        if (group > 1)
        {
            throw new LoweringException("a grouped convolution over three axes has no counterpart in TFLite");
        }

        return b.Emit(
            "CONV_3D",
            [x, b.Transpose(weight, 2, 3, 4, 1, 0), bias],
            ("padding", AttributeValue.Of(padding)),
            ("stride_d", AttributeValue.Of(w.Strides[0])),
            ("stride_h", AttributeValue.Of(w.Strides[1])),
            ("stride_w", AttributeValue.Of(w.Strides[2])),
            ("dilation_d_factor", AttributeValue.Of(w.Dilations[0])),
            ("dilation_h_factor", AttributeValue.Of(w.Dilations[1])),
            ("dilation_w_factor", AttributeValue.Of(w.Dilations[2])),
            NoActivation);
    }

    private static (string Name, AttributeValue Value)[] Options(TFLiteWindow w, string padding) =>
    [
        ("padding", AttributeValue.Of(padding)),
        ("stride_h", AttributeValue.Of(w.Strides[0])),
        ("stride_w", AttributeValue.Of(w.Strides[1])),
        ("dilation_h_factor", AttributeValue.Of(w.Dilations[0])),
        ("dilation_w_factor", AttributeValue.Of(w.Dilations[1])),
        NoActivation,
    ];
}
