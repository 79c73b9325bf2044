using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Convolutions whose kernel differs from place to place (Keras 1 and 2). Weights: kernel [places, taps·channels, filters], bias [places…, filters].</summary>
internal static class LocalLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("LocallyConnected1D", c => Local(c, 1)),
        new("LocallyConnected2D", c => Local(c, 2)),
    ];

    private static void Local(LayerContext c, int spatial)
    {
        TensorFlowBuilder b = c.TensorFlow;
        if (c.Integer("implementation", 1) != 1 || !c.ChannelsLast || c.Text("padding", "valid") != "valid")
        {
            LayerContext.Unsupported("locally connected layers are carried over with implementation 1, channels last and padding valid");
        }

        SpatialData data = new(c, spatial);
        long[] size = data.Spread(c.Integers("kernel_size", spatial));
        long[] strides = data.Spread(c.Integers("strides", spatial));
        TensorData kernel = c.Weight(0);
        Value x = data.ForKernel();
        long?[] extents = [Shapes.Extent(x.Shape, 0), Shapes.Windows(Shapes.Extent(x.Shape, 1), size[0], strides[0], 1, same: false), Shapes.Windows(Shapes.Extent(x.Shape, 2), size[1], strides[1], 1, same: false), kernel.Shape[1]];
        if (extents[1] * extents[2] is not { } places || kernel.Shape.Rank != 3 || kernel.Shape[0] != places || Shapes.Extent(x.Shape, 3) * size[0] * size[1] != kernel.Shape[1])
        {
            throw new LoweringException($"the kernel {kernel.Shape} does not fit the input {c.Raw(0).Shape}");
        }

        Value patches = b.Emit(
            "ExtractImagePatches", [x], x.Type, Shapes.Of(extents), T("T", x.Type), Ints("ksizes", [1, .. size, 1]), Ints("strides", [1, .. strides, 1]), Ints("rates", 1, 1, 1, 1), ("padding", AttributeValue.Of("VALID")));
        Value byPlace = b.Transpose(b.Reshape(patches, -1, places, kernel.Shape[1]), 1, 0, 2);
        Value y = b.Transpose(b.BatchMatMul(byPlace, b.Constant(kernel, "kernel")), 1, 0, 2);
        long filters = kernel.Shape[2];
        y = spatial == 1 ? y : b.Reshape(y, -1, extents[1]!.Value, extents[2]!.Value, filters);
        c.SetOutput(Activations.Apply(c, c.Flag("use_bias", true) ? b.Add(y, c.WeightValue(1, "bias")) : y));
    }
}
