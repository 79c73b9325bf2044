namespace Pare.Passes.Conversion;

/// <summary>What tells about shapes, changes them, or makes tensors of given shapes.</summary>
internal static class TFLiteShapes
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Moving("RESHAPE", Reshape),
        TFLiteLowering.Moving("SQUEEZE", Squeeze),
        TFLiteLowering.Moving("EXPAND_DIMS", c => c.SetOutput(c.TensorFlow("ExpandDims", [c.Input(0), c.Stored(1)]))),
        TFLiteLowering.Moving("STABLEHLO_RESHAPE", Reshape),
        TFLiteLowering.Moving("SHAPE", c => c.SetOutput(c.Onnx.Cast(c.Onnx.ShapeOf(c.Input(0)), c.Node.Output.Type == DataType.Int64 ? DataType.Int64 : DataType.Int32))),
        TFLiteLowering.Moving("RANK", c => c.SetOutput(c.TensorFlow("Rank", [c.Input(0)]))),
        TFLiteLowering.Moving("FILL", c => c.SetOutput(c.TensorFlow("Fill", [c.Stored(0), c.Input(1)]))),
        TFLiteLowering.Moving("BROADCAST_TO", c => c.SetOutput(c.TensorFlow("BroadcastTo", [c.Input(0), c.Stored(1)]))),
        TFLiteLowering.Of("BROADCAST_ARGS", c => c.SetOutput(c.TensorFlow("BroadcastArgs", [c.Stored(0), c.Stored(1)], ("T", AttributeValue.Of(c.Node.Output.Type))))),
        TFLiteLowering.Moving("ZEROS_LIKE", c => c.SetOutput(c.TensorFlow("ZerosLike", [c.Input(0)]))),
        TFLiteLowering.Of("RANGE", c => c.SetOutput(c.TensorFlow("Range", [c.Input(0), c.Input(1), c.Input(2)]))),
        TFLiteLowering.Moving("MATRIX_DIAG", c => c.SetOutput(c.TensorFlow("MatrixDiag", [c.Input(0)]))),
        TFLiteLowering.Moving("MATRIX_SET_DIAG", c => c.SetOutput(c.TensorFlow("MatrixSetDiag", [c.Input(0), c.Input(1)]))),
    ];

    // The shape is an input, else an option, else what the output is said to be.
    private static void Reshape(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        if (c.Has(1) && c.Stored(1).Type is DataType.Int32 or DataType.Int64 && c.Stored(1).Shape?.Rank == 1)
        {
            c.SetOutput(b.Reshape(x, b.AsVector(c.Stored(1))));
        }
        else if (c.Attributes.GetIntegers("new_shape") is { } shape)
        {
            c.SetOutput(b.Reshape(x, shape));
        }
        else
        {
            SymbolicShape said = c.Node.Output.Shape ?? throw new LoweringException("the new shape is given neither by an input nor by an option");
            c.SetOutput(b.Reshape(x, [.. said.Dimensions.Select(d => d.Value ?? -1)]));
        }
    }

    private static void Squeeze(TFLiteContext c)
    {
        long[] axes = c.Attributes.GetIntegers("squeeze_dims") ?? [];
        Value x = c.Input(0);
        c.SetOutput(axes.Length > 0 ? c.Onnx.Squeeze(x, axes) : x.Shape is { IsStatic: true } s
            ? c.Onnx.Squeeze(x, [.. Enumerable.Range(0, s.Rank).Where(i => s[i].Value == 1).Select(i => (long)i)])
            : c.TensorFlow("Squeeze", [x]));
    }
}
