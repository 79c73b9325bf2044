namespace Pare.Passes.Conversion;

/// <summary>Transposed convolutions. Keras says the result's extents, TensorFlow takes them as an input.</summary>
internal static class TransposedConvolutionLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Conv1DTranspose", c => Transposed(c, 1)),
        new("Conv2DTranspose", c => Transposed(c, 2)),
        new("Conv3DTranspose", c => Transposed(c, 3)),
    ];

    private static void Transposed(LayerContext c, int spatial)
    {
        TensorFlowBuilder b = c.TensorFlow;
        SpatialData data = new(c, spatial);
        long[] strides = c.Integers("strides", spatial);
        long[] dilations = c.Integers("dilation_rate", spatial);
        bool same = c.Text("padding", "valid").Equals("same", StringComparison.OrdinalIgnoreCase);
        long[]? more = c.Config.ContainsKey("output_padding") ? c.Integers("output_padding", spatial) : null;
        TensorData kernel = ConvolutionLayers.ForKernel(KernelDilation.Dilate(c.Weight(0), dilations), spatial);
        int axes = data.KernelAxes;
        long[] spreadStrides = data.Spread(strides);
        Value x = data.ForKernel();

        // The result's extent is in·a + d along each axis.
        (long A, long D)[] rule = new (long, long)[axes];
        for (int i = 0; i < axes; i++)
        {
            int own = spatial == 1 ? i - 1 : i;
            long k = kernel.Shape[i];
            long s = spreadStrides[i];
            long? extra = own < 0 ? null : more?[own];
            rule[i] = own < 0 ? (1, 0)
                : extra is null ? (s, same ? 0 : Math.Max(k - s, 0))
                : (s, -s + k - (same ? k / 2 * 2 : 0) + extra.Value);
        }

        long?[] sizes = new long?[axes + 2];
        List<Value> computed = [];
        sizes[0] = Shapes.Extent(x.Shape, 0);
        if (sizes[0] is null)
        {
            computed.Add(b.ExtentOf(x, 0));
        }

        for (int i = 0; i < axes; i++)
        {
            sizes[i + 1] = (Shapes.Extent(x.Shape, i + 1) * rule[i].A) + rule[i].D;
            if (sizes[i + 1] is null)
            {
                computed.Add(b.Add(b.Mul(b.ExtentOf(x, i + 1), b.Int32(rule[i].A)), b.Int32(rule[i].D)));
            }
        }

        sizes[^1] = kernel.Shape[-2];
        Value shape = computed.Count == 0 ? b.Int32s([.. sizes.Select(e => e!.Value)]) : b.PackShape(sizes, computed);
        Value y = b.Emit(
            axes == 3 ? "Conv3DBackpropInputV2" : "Conv2DBackpropInput",
            [shape, b.Constant(kernel, "kernel"), x],
            x.Type,
            Shapes.Of(sizes),
            [.. SpatialData.Window(x.Type, same ? "SAME" : "VALID", spreadStrides, [.. spreadStrides.Select(_ => 1L)], axes == 3), .. axes == 3 ? [TensorFlowBuilder.T("Tshape", DataType.Int32)] : Array.Empty<(string, AttributeValue)>()]);
        y = DenseLayers.Bias(c, data.FromKernel(y), 1);
        c.SetOutput(data.Restore(Activations.Apply(c, y)));
    }
}
