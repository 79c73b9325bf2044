namespace Pare.Passes.Conversion;

/// <summary>
/// TensorFlow 1's arrays of tensors. Handle and flow stand for the same tensor with the elements along axis 0 (see <see cref="TensorLists"/>); what was written is
/// found in the flow, which every later use takes.
/// </summary>
internal static class TensorArrayLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("TensorArrayV3", Make),
        new("TensorArrayWriteV3", c => c.SetOutput(TensorLists.Put(c.Onnx, c.Input(3), c.Onnx.AsVector(c.Input(1)), c.Onnx.Unsqueeze(c.Input(2), 0)))),
        new("TensorArrayReadV3", c => c.SetOutput(TensorLists.Get(c.Onnx, c.Input(2), c.Input(1)))),
        new("TensorArrayGatherV3", c => c.SetOutput(c.Onnx.Emit("Gather", [c.Input(2), c.Onnx.Cast(c.Input(1), DataType.Int64)], ("axis", AttributeValue.Of(0L))))),
        new("TensorArrayScatterV3", c => c.SetOutput(TensorLists.Put(c.Onnx, c.Input(3), c.Onnx.AsVector(c.Input(1)), c.Input(2)))),
        new("TensorArraySizeV3", c => c.SetOutput(c.Onnx.Cast(TensorLists.Count(c.Onnx, c.Input(1)), DataType.Int32))),
        new("TensorArrayConcatV3", Concat),
        new("TensorArraySplitV3", Split),
    ];

    private static void Make(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        SymbolicShape? element = c.Attributes.TryGetValue("element_shape", out AttributeValue? shape) && shape.Kind == AttributeKind.Shape ? shape.AsShape : null;

        // A rank of 0 comes from files where nothing was said as well; the first element written tells.
        long[]? extents = element is null or { Rank: 0 } ? null : [.. element.Dimensions.Select(d => d.Value ?? -1)];
        Value list = TensorLists.Reserve(b, b.AsScalar(c.Input(0)), c.TypeAttribute("dtype", DataType.Float32), extents);
        c.SetOutput(0, list);
        c.SetOutput(1, list);
    }

    private static void Concat(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value list = c.Input(1);
        c.SetOutput(0, b.Reshape(list, b.Concat(0, b.Int64s(-1), b.ShapeOf(list, 2))));
        c.SetOutput(1, b.ExpandTo(b.ShapeOf(list, 1, 2), b.ShapeOf(list, 0, 1)));
    }

    // Only parts of one length make one tensor.
    private static void Split(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        long[] lengths = c.RequiredIntegers(2, "the lengths of the parts");
        if (lengths.Distinct().Count() > 1)
        {
            LoweringContext.Unsupported("parts of different lengths are not carried over");
        }

        Value value = c.Input(1);
        c.SetOutput(b.Reshape(value, b.Concat(0, b.Int64s(lengths.Length, lengths.Length == 0 ? 0 : lengths[0]), b.ShapeOf(value, 1))));
    }
}
