namespace Pare.Passes.Conversion;

/// <summary>Look-ups in a table, and masks of time steps.</summary>
internal static class EmbeddingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("Embedding", Embedding),
        new("Masking", Masking),
    ];

    private static void Embedding(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value indices = c.Raw(0).Type is DataType.Int32 or DataType.Int64 ? c.Raw(0) : b.Cast(c.Raw(0), DataType.Int32);
        if (c.Flag("mask_zero", false))
        {
            c.OutputMask = b.Compare("NotEqual", indices, indices.Type == DataType.Int64 ? b.Constant(DenseTensorData.Create<long>(DataType.Int64, [0L], TensorShape.Scalar), "Const") : b.Int32(0));
        }

        c.SetOutput(b.Gather(c.WeightValue(0, "embeddings"), indices));
    }

    // A step whose every value is the mask's does not count, and becomes zero.
    private static void Masking(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        Value x = c.Input();
        Value differs = b.Compare("NotEqual", x, b.Float(c.Number("mask_value") ?? 0));
        Value any = b.Reduce("Any", differs, [-1], keep: true);
        c.OutputMask = b.Squeeze(any, -1);
        c.SetOutput(b.Mul(x, b.Cast(any, DataType.Float32)));
    }
}
