namespace Pare.Passes.Conversion;

/// <summary>What tells about shapes, changes them, or makes tensors of given shapes.</summary>
internal static class ShapeLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Shape", c => c.SetOutput(c.Onnx.Cast(c.Onnx.ShapeOf(c.Input(0)), c.OutputType()))),
        new("ShapeN", ShapeN),
        new("Rank", c => c.SetOutput(c.Onnx.Cast(c.Onnx.RankScalar(c.Input(0)), DataType.Int32))),
        new("Size", Size),
        new("Reshape", c => c.SetOutput(c.Onnx.Reshape(c.Input(0), c.Onnx.AsVector(c.Input(1))))),
        new("Squeeze", Squeeze),
        new("ExpandDims", ExpandDims),
        new("Fill", c => c.SetOutput(c.Onnx.ExpandTo(c.Input(1), c.Onnx.AsVector(c.Input(0))))),
        new("BroadcastTo", c => c.SetOutput(c.Onnx.ExpandTo(c.Input(0), c.Onnx.AsVector(c.Input(1))))),
        new("BroadcastArgs", BroadcastArgs),
        new("ZerosLike", c => c.SetOutput(c.Onnx.FilledLike(c.Input(0), c.Input(0).Type, 0))),
        new("OnesLike", c => c.SetOutput(c.Onnx.FilledLike(c.Input(0), c.Input(0).Type, 1))),
        new("Empty", c => c.SetOutput(c.Onnx.ExpandTo(c.Onnx.Scalar(c.TypeAttribute("dtype", DataType.Float32), 0), c.Onnx.AsVector(c.Input(0))))),
        new("Range", Range),
        new("LinSpace", LinSpace),
        new("ConcatOffset", ConcatOffset),
    ];

    private static void ShapeN(LoweringContext c)
    {
        for (int i = 0; i < c.InputCount; i++)
        {
            c.SetOutput(i, c.Onnx.Cast(c.Onnx.ShapeOf(c.Input(i)), c.TypeAttribute("out_type", DataType.Int32)));
        }
    }

    private static void Size(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value size = c.Input(0).Shape?.ToStatic() is { } known ? b.Scalar(DataType.Int64, known.Count) : b.Emit("Size", [c.Input(0)]);
        c.SetOutput(b.Cast(size, c.OutputType()));
    }

    private static void Squeeze(LoweringContext c)
    {
        long[]? axes = c.Attributes.GetIntegers("squeeze_dims") ?? c.Attributes.GetIntegers("axis");
        Value x = c.Input(0);
        if (axes is { Length: > 0 })
        {
            c.SetOutput(c.Onnx.Squeeze(x, axes));
        }
        else
        {
            // Every axis of extent 1, the batch too.
            c.SetOutput(c.Onnx.Emit("Squeeze", [x]));
        }
    }

    private static void ExpandDims(LoweringContext c)
    {
        Value axis = c.Integers(1) is [var known] ? c.Onnx.Int64s(known) : c.Onnx.AsVector(c.Input(1));
        c.SetOutput(c.Onnx.Emit("Unsqueeze", [c.Input(0), axis]));
    }

    // Of two shapes: aligned at the end, the extent that is not 1 counts.
    private static void BroadcastArgs(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = b.AsVector(c.Input(0));
        Value y = b.AsVector(c.Input(1));
        Value length = b.Emit("Max", [b.ShapeOf(x), b.ShapeOf(y)]);
        x = Lengthened(b, x, length);
        y = Lengthened(b, y, length);
        Value one = b.Scalar(DataType.Int64, 1);
        c.SetOutput(b.Cast(b.Where(b.Emit("Equal", [x, one]), y, x), c.TypeAttribute("T", DataType.Int32)));
    }

    private static Value Lengthened(OnnxBuilder b, Value shape, Value length)
        => b.Concat(0, b.Repeated(1, b.Sub(length, b.ShapeOf(shape))), shape);

    private static void Range(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        c.SetOutput(b.Apply("Range", [b.Reshape(c.Input(0), []), b.Reshape(c.Input(1), []), b.Reshape(c.Input(2), [])]));
    }

    // start + i·(stop - start)/(n - 1)
    private static void LinSpace(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value start = b.Reshape(c.Input(0), []);
        Value count = b.AsScalar(c.Input(2));
        DataType type = Kernels.ComputeType("Mul", start.Type);
        Value steps = b.Emit("Max", [b.Sub(count, b.Scalar(DataType.Int64, 1)), b.Scalar(DataType.Int64, 1)]);
        Value first = b.Cast(start, type);
        Value step = b.Div(b.Sub(b.Cast(b.Reshape(c.Input(1), []), type), first), b.Cast(steps, type));
        c.SetOutput(b.Cast(b.Add(first, b.Mul(b.Cast(b.Indices(count), type), step)), start.Type));
    }

    private static void ConcatOffset(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        DataType type = c.Input(1).Type;
        Value first = b.AsVector(c.Input(1));
        Value positions = b.Indices(b.Emit("Size", [first]));
        Value mask = b.Cast(b.Emit("Equal", [positions, b.AsScalar(c.Input(0))]), DataType.Int64);
        Value offset = b.Mul(first, b.Scalar(DataType.Int64, 0));
        for (int i = 0; i + 1 < c.InputCount; i++)
        {
            c.SetOutput(i, b.Cast(offset, type));
            offset = b.Add(offset, b.Mul(mask, b.AsVector(c.Input(i + 1))));
        }
    }
}
