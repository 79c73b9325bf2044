namespace Pare.Passes.Conversion;

/// <summary>Dense layers: y = act(x·W + b) over the last axis.</summary>
internal static class DenseLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Dense", Dense),
    ];

    private static void Dense(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value y = Product(b, c.Input(), c.WeightValue(0, "kernel"));
        c.OutputMask = c.Mask();
        c.SetOutput(Activations.Apply(c, Bias(c, y, 1)));
    }

    /// <summary>Adds the bias that stands at a place among the weights, where the layer has one.</summary>
    public static Value Bias(LayerContext c, Value y, int index) => c.Flag("use_bias", c.Flag("bias", true)) ? c.TensorFlow.BiasAdd(y, c.WeightValue(index, "bias")) : y;

    /// <summary>The product of the last axis with a matrix.</summary>
    public static Value Product(TensorFlowBuilder b, Value x, Value weight)
    {
        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
        long width = weight.Shape![0].Value!.Value;
        if (x.Shape[-1].Value is { } found && found != width)
        {
            throw new LoweringException($"the kernel takes {width} values, the input has {found}");
        }

        switch (rank)
        {
            case 1:
                throw new LoweringException("the input has no batch axis");
            case 2:
                return b.MatMul(x, weight);
            default:
                // As Keras does: rows of one matrix.
                if (x.Shape.Dimensions.Take(rank - 1).Count(d => d.Value is null) > 1)
                {
                    return b.BatchMatMul(x, weight);
                }

                Value y = b.MatMul(b.Reshape(x, -1, width), weight);
                return b.Reshape(y, [.. x.Shape.Dimensions.Take(rank - 1).Select(d => d.Value ?? -1), weight.Shape[1].Value!.Value]);
        }
    }
}
