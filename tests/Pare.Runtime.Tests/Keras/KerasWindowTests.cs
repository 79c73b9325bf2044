using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Convolutions, pools and what else moves over positions, of one to three axes and both layouts, against loops over their definitions.</summary>
public class KerasWindowTests
{
    private static readonly int[] s_extents = [7, 6, 5];

    /// <summary>Axes, strides, dilations, padding, groups, layout.</summary>
    public static TheoryData<int, int, int, string, int, string> Convolutions { get; } = new()
    {
        { 1, 2, 1, "same", 1, "channels_last" },
        { 1, 1, 2, "same", 2, "channels_first" },
        { 1, 2, 1, "valid", 1, "channels_first" },
        { 2, 1, 2, "same", 1, "channels_first" },
        { 2, 2, 1, "same", 2, "channels_last" },
        { 2, 2, 1, "valid", 1, "channels_first" },
        { 3, 1, 1, "same", 1, "channels_last" },
        { 3, 2, 1, "same", 1, "channels_first" },
        { 3, 1, 2, "valid", 1, "channels_last" },
        { 3, 2, 1, "valid", 1, "channels_last" },
        { 3, 1, 1, "valid", 2, "channels_last" },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Conv_OfAnyAxes_FollowsItsDefinition(int axes, int stride, int dilation, string padding, int groups, string layout)
    {
        Nd x = Nd.Random(1, [2, .. s_extents[..axes], 4]);
        Nd kernel = Nd.Random(2, [.. Ints(axes, 2), 4 / groups, 6]);
        Nd bias = Nd.Random(3, 6);
        Nd expected = WindowReference.Convolve(x, kernel, bias.Data, Ints(axes, stride), Ints(axes, dilation), padding == "same", groups);
        Check(expected, $"Conv{axes}D", Config(axes, stride, dilation, padding, layout, $"\"groups\":{groups},\"filters\":6"), x, layout, kernel, bias);
    }

    [Theory]
    [InlineData(1, 1, 1, "same", "channels_last")]
    [InlineData(1, 2, 1, "valid", "channels_first")]
    [InlineData(1, 1, 3, "valid", "channels_last")]
    [InlineData(2, 2, 1, "same", "channels_first")]
    [InlineData(2, 1, 2, "same", "channels_last")]
    [InlineData(2, 1, 2, "valid", "channels_first")]
    [InlineData(2, 1, 3, "same", "channels_last")]
    public void DepthwiseConv_Dilated_FollowsItsDefinition(int axes, int stride, int dilation, string padding, string layout)
    {
        Nd x = Nd.Random(4, [2, .. s_extents[..axes], 3]);
        Nd kernel = Nd.Random(5, [.. Ints(axes, 2), 3, 2]);
        Nd bias = Nd.Random(6, 6);
        Nd expected = WindowReference.Depthwise(x, kernel, bias.Data, Ints(axes, stride), Ints(axes, dilation), padding == "same");
        Check(expected, $"DepthwiseConv{axes}D", Config(axes, stride, dilation, padding, layout, "\"depth_multiplier\":2"), x, layout, kernel, bias);
    }

    [Fact]
    public void DepthwiseConv_StridesThatDiffer_FollowsItsDefinition()
    {
        Nd x = Nd.Random(7, 1, 7, 6, 3);
        Nd kernel = Nd.Random(8, 3, 2, 3, 2);
        Nd expected = WindowReference.Depthwise(x, kernel, null, [2, 1], [1, 1], same: true);
        KerasNet.Check(expected, "DepthwiseConv2D", """{"strides":[2,1],"padding":"same","use_bias":false}""", x, kernel);
    }

    [Theory]
    [InlineData(1, 2, 1, "same")]
    [InlineData(1, 1, 2, "causal")]
    [InlineData(2, 1, 2, "same")]
    [InlineData(2, 2, 1, "valid")]
    public void SeparableConv_OneAndTwoAxes_IsDepthwiseThenPointwise(int axes, int stride, int dilation, string padding)
    {
        Nd x = Nd.Random(9, [2, .. s_extents[..axes], 3]);
        Nd depthwise = Nd.Random(10, [.. Ints(axes, 3), 3, 2]);
        Nd pointwise = Nd.Random(11, [.. Ints(axes, 1), 6, 4]);
        Nd bias = Nd.Random(12, 4);
        Nd given = padding == "causal" ? PaddedInFront(x, 2 * dilation) : x;
        Nd inner = WindowReference.Depthwise(given, depthwise, null, Ints(axes, stride), Ints(axes, dilation), padding == "same");
        Nd expected = WindowReference.Convolve(inner, pointwise, bias.Data, Ints(axes, 1), Ints(axes, 1), same: false);
        KerasNet.Check(expected, $"SeparableConv{axes}D", Config(axes, stride, dilation, padding, "channels_last", "\"depth_multiplier\":2"), x, depthwise, pointwise, bias);
    }

    /// <summary>Axes, stride, dilation, padding, output padding (-1 for none), layout, taps.</summary>
    public static TheoryData<int, int, int, string, int, string, int> Transposed { get; } = new()
    {
        { 1, 2, 1, "same", -1, "channels_last", 3 },
        { 1, 2, 1, "valid", 1, "channels_first", 3 },
        { 1, 3, 1, "same", 1, "channels_last", 4 },
        { 1, 3, 1, "valid", -1, "channels_last", 2 },
        { 2, 2, 1, "same", 1, "channels_last", 3 },
        { 2, 2, 1, "valid", 0, "channels_first", 3 },
        { 2, 1, 2, "same", -1, "channels_last", 3 },
        { 2, 1, 2, "valid", -1, "channels_last", 2 },
        { 3, 2, 1, "same", -1, "channels_last", 3 },
        { 3, 2, 1, "valid", 1, "channels_first", 2 },
        { 3, 2, 1, "same", 1, "channels_last", 3 },
    };

    [Theory]
    [MemberData(nameof(Transposed))]
    public void ConvTranspose_OfAnyAxes_SpreadsItsInputs(int axes, int stride, int dilation, string padding, int more, string layout, int taps)
    {
        Nd x = Nd.Random(13, [2, .. new[] { 4, 3, 3 }[..axes], 3]);
        Nd kernel = Nd.Random(14, [.. Ints(axes, taps), 2, 3]);
        Nd bias = Nd.Random(15, 2);
        Nd expected = WindowReference.ConvolveTransposed(x, kernel, bias.Data, Ints(axes, stride), Ints(axes, dilation), padding == "same", more < 0 ? null : Ints(axes, more));
        Check(expected, $"Conv{axes}DTranspose", Config(axes, stride, dilation, padding, layout, more < 0 ? "\"output_padding\":null" : $"\"output_padding\":{List(axes, more)}"), x, layout, kernel, bias);
    }

    [Theory]
    [InlineData(1, true, "same", "channels_first")]
    [InlineData(1, false, "same", "channels_last")]
    [InlineData(2, false, "same", "channels_first")]
    [InlineData(2, true, "valid", "channels_first")]
    [InlineData(3, true, "valid", "channels_last")]
    [InlineData(3, true, "same", "channels_first")]
    [InlineData(3, false, "same", "channels_last")]
    [InlineData(3, false, "valid", "channels_first")]
    public void Pooling_OfAnyAxes_FollowsItsDefinition(int axes, bool largest, string padding, string layout)
    {
        Nd x = Nd.Random(16, [2, .. s_extents[..axes], 3]);
        Nd expected = WindowReference.Pool(x, Ints(axes, 3), Ints(axes, 2), padding == "same", largest);
        string config = $$"""{"pool_size":{{List(axes, 3)}},"strides":{{List(axes, 2)}},"padding":"{{padding}}","data_format":"{{layout}}"}""";
        Check(expected, $"{(largest ? "Max" : "Average")}Pooling{axes}D", config, x, layout);
    }

    [Theory]
    [InlineData(1, true, "channels_first")]
    [InlineData(2, false, "channels_first")]
    [InlineData(3, true, "channels_last")]
    [InlineData(3, false, "channels_first")]
    public void GlobalPooling_KeepDims_TakesAllPositions(int axes, bool largest, string layout)
    {
        Nd x = Nd.Random(17, [2, .. s_extents[..axes], 3]);
        Nd expected = WindowReference.Pool(x, s_extents[..axes], Ints(axes, 1), same: false, largest);
        Check(expected, $"Global{(largest ? "Max" : "Average")}Pooling{axes}D", $$"""{"keepdims":true,"data_format":"{{layout}}"}""", x, layout);
    }

    [Theory]
    [InlineData("channels_last")]
    [InlineData("channels_first")]
    public void Padding3D_ThenCropping3D_GivesTheMiddle(string layout)
    {
        Nd x = Nd.Random(18, 2, 3, 4, 5, 2);
        Nd padded = new(2, 6, 4, 7, 2);
        foreach (int[] at in x.Indices())
        {
            padded[at[0], at[1] + 1, at[2], at[3] + 2, at[4]] = x[at];
        }

        Check(padded, "ZeroPadding3D", $$"""{"padding":[[1,2],[0,0],[2,0]],"data_format":"{{layout}}"}""", x, layout);
        Check(x, "Cropping3D", $$"""{"cropping":[[1,2],[0,0],[2,0]],"data_format":"{{layout}}"}""", padded, layout);
    }

    [Theory]
    [InlineData("channels_last")]
    [InlineData("channels_first")]
    public void UpSampling3D_Factors_RepeatsEachPosition(string layout)
    {
        Nd x = Nd.Random(19, 1, 2, 3, 2, 2);
        Nd expected = new(1, 4, 3, 6, 2);
        foreach (int[] at in expected.Indices())
        {
            expected[at] = x[at[0], at[1] / 2, at[2], at[3] / 3, at[4]];
        }

        Check(expected, "UpSampling3D", $$"""{"size":[2,1,3],"data_format":"{{layout}}"}""", x, layout);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void LocallyConnected_EachPlace_HasItsOwnKernel(int axes)
    {
        Nd x = Nd.Random(20, [2, .. new[] { 5, 4 }[..axes], 2]);
        int[] extents = axes == 1 ? [2] : [2, 3];
        int places = extents.Aggregate(1, (p, e) => p * e);
        int taps = axes == 1 ? 3 : 6;
        Nd kernel = Nd.Random(21, places, taps * 2, 3);
        Nd bias = Nd.Random(22, [.. extents, 3]);
        Nd expected = new([2, .. extents, 3]);
        foreach (int[] at in expected.Indices())
        {
            float sum = bias[at.AsSpan(1)];
            int place = axes == 1 ? at[1] : (at[1] * 3) + at[2];
            for (int k = 0; k < taps * 2; k++)
            {
                int tap = k / 2;
                int[] from = axes == 1 ? [at[0], (at[1] * 2) + tap, k % 2] : [at[0], (at[1] * 2) + (tap / 2), at[2] + (tap % 2), k % 2];
                sum += x[from] * kernel[place, k, at[^1]];
            }

            expected[at] = sum;
        }

        string config = axes == 1 ? """{"kernel_size":[3],"strides":[2],"implementation":1,"filters":3}""" : """{"kernel_size":[3,2],"strides":[2,1],"implementation":1,"filters":3}""";
        KerasNet.Check(expected, $"LocallyConnected{axes}D", config, x, kernel, bias);
    }

    private static int[] Ints(int axes, int value) => [.. Enumerable.Repeat(value, axes)];

    private static string List(int axes, int value) => $"[{string.Join(",", Ints(axes, value))}]";

    private static string Config(int axes, int stride, int dilation, string padding, string layout, string more) =>
        $$"""{"strides":{{List(axes, stride)}},"dilation_rate":{{List(axes, dilation)}},"padding":"{{padding}}","data_format":"{{layout}}","use_bias":true,"activation":"linear",{{more}}}""";

    private static void Check(Nd expected, string className, string config, Nd x, string layout, params Nd[] weights)
    {
        bool first = layout == "channels_first";
        KerasNet.Check(first ? expected.ChannelsFirst() : expected, className, config, first ? x.ChannelsFirst() : x, weights);
    }

    private static Nd PaddedInFront(Nd x, int count)
    {
        Nd y = new(x.Shape[0], x.Shape[1] + count, x.Shape[2]);
        foreach (int[] at in x.Indices())
        {
            y[at[0], at[1] + count, at[2]] = x[at];
        }

        return y;
    }
}
