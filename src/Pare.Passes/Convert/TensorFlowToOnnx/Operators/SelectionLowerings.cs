namespace Pare.Passes.Conversion;

/// <summary>Largest elements, distinct elements, one-hot vectors, suppression of overlapping boxes.</summary>
internal static class SelectionLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("TopK", c => TopK(c, c.Onnx.Int64s(c.Attributes.GetInteger("k", 1)))),
        new("TopKV2", c => TopK(c, c.Onnx.AsVector(c.Input(1)))),
        new("InTopK", c => InTopK(c, c.Onnx.Scalar(DataType.Int64, c.Attributes.GetInteger("k", 1)))),
        new("InTopKV2", c => InTopK(c, c.Onnx.AsScalar(c.Input(2)))),
        new("OneHot", OneHot),
        new("Unique", Unique),
        new("UniqueWithCounts", Unique),
        new("UniqueV2", Unique),
        new("UniqueWithCountsV2", Unique),
        new("NonMaxSuppression", NonMaxSuppression),
        new("NonMaxSuppressionV2", NonMaxSuppression),
        new("NonMaxSuppressionV3", NonMaxSuppression),
        new("NonMaxSuppressionV4", NonMaxSuppressionV4),
        new("NonMaxSuppressionV5", NonMaxSuppressionV5),
    ];

    // Among equals the lower index comes first in both.
    private static void TopK(LoweringContext c, Value k)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        IReadOnlyList<Value> found = b.Emit("TopK", [b.Cast(x, Kernels.ComputeType("TopK", x.Type)), k], 2, ("axis", AttributeValue.Of(-1L)), ("largest", AttributeValue.Of(1L)), ("sorted", AttributeValue.Of(1L)));
        c.SetOutput(0, b.Cast(found[0], x.Type));
        c.SetOutput(1, b.Cast(found[1], c.TypeAttribute("index_type", DataType.Int32)));
    }

    // A target is in where fewer than k classes score strictly more; never where the target is no class or a score of the row is not finite.
    private static void InTopK(LoweringContext c, Value k)
    {
        OnnxBuilder b = c.Onnx;
        Value scores = c.Input(0);
        Value target = b.Cast(c.Input(1), DataType.Int64);
        Value classes = b.Reshape(b.ShapeOf(scores, 1), []);
        Value zero = b.Scalar(DataType.Int64, 0);
        Value valid = b.Emit("And", [b.Emit("GreaterOrEqual", [target, zero]), b.Emit("Less", [target, classes])]);
        Value place = b.Where(valid, target, zero);
        Value score = b.Emit("GatherElements", [scores, b.Unsqueeze(place, 1)], ("axis", AttributeValue.Of(1L)));
        Value better = b.Reduce("ReduceSum", b.Cast(b.Emit("Greater", [scores, score]), DataType.Int64), [1], false);
        Value unusable = b.Cast(b.Emit("Or", [b.Emit("IsNaN", [scores]), b.Emit("IsInf", [scores])]), DataType.Int64);
        Value sound = b.Emit("Equal", [b.Reduce("ReduceSum", unusable, [1], false), zero]);
        c.SetOutput(b.Emit("And", [b.Emit("And", [valid, sound]), b.Emit("Less", [better, k])]));
    }

    private static void OneHot(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value indices = b.Cast(c.Input(0), DataType.Int64);
        Value depth = b.AsScalar(c.Input(1));
        Value on = c.Input(2);

        // ONNX counts negative indices from the end; TensorFlow gives all off there, as for those past the end.
        Value outside = b.Emit("Less", [indices, b.Scalar(DataType.Int64, 0)]);
        Value places = b.Where(outside, depth, indices);
        Value hot = b.Emit("OneHot", [places, depth, b.Int64s(0, 1)], ("axis", AttributeValue.Of(c.Attributes.GetInteger("axis", -1))));
        c.SetOutput(b.Select(b.Cast(hot, DataType.Boolean), b.Reshape(on, []), b.Reshape(c.Input(3), [])));
    }

    private static void Unique(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long[] axes = c.Node.Operator.EndsWith("V2", StringComparison.Ordinal) ? c.RequiredIntegers(1, "the axis") : [];
        int rank = axes.Length > 0 ? c.RankOf(x) : 1;
        List<(string, AttributeValue)> attributes = [("sorted", AttributeValue.Of(0L))];
        if (rank > 1)
        {
            attributes.Add(("axis", AttributeValue.Of(axes[0] < 0 ? axes[0] + rank : axes[0])));
        }

        IReadOnlyList<Value> found = b.Emit("Unique", [b.Cast(x, Kernels.ComputeType("Unique", x.Type))], 4, [.. attributes]);
        DataType index = c.TypeAttribute("out_idx", DataType.Int32);
        Value distinct = found[0];
        distinct.Type = Kernels.ComputeType("Unique", x.Type);
        distinct.Shape = OnnxInference.OfRank(rank);
        found[2].Type = DataType.Int64;
        found[2].Shape = rank > 1 ? new SymbolicShape(Dimension.Unknown) : x.Shape;
        found[3].Type = DataType.Int64;
        found[3].Shape = new SymbolicShape(Dimension.Unknown);
        c.SetOutput(0, b.Cast(distinct, x.Type));
        c.SetOutput(1, b.Cast(found[2], index));
        if (c.Node.Operator.StartsWith("UniqueWithCounts", StringComparison.Ordinal))
        {
            c.SetOutput(2, b.Cast(found[3], index));
        }
    }

    private static void NonMaxSuppression(LoweringContext c) => c.SetOutput(0, Suppress(c));

    private static void NonMaxSuppressionV4(LoweringContext c)
    {
        Value kept = Suppress(c);
        c.SetOutput(0, Padded(c, kept, "pad_to_max_output_size"));
        c.SetOutput(1, Count(c.Onnx, kept));
    }

    private static void NonMaxSuppressionV5(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        if (b.Cast(c.Input(5), DataType.Float32).Constant is not { } sigma || sigma.ToFloats() is not [0f])
        {
            LoweringContext.Unsupported("soft suppression (soft_nms_sigma other than 0) has no counterpart in ONNX");
        }

        Value kept = Suppress(c);
        Value scores = b.Emit("Gather", [c.Input(1), kept]);
        c.SetOutput(0, Padded(c, kept, "pad_to_max_output_size"));
        c.SetOutput(1, Padded(c, scores, "pad_to_max_output_size"));
        c.SetOutput(2, Count(b, kept));
    }

    private static Value Suppress(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value boxes = b.Unsqueeze(b.Cast(c.Input(0), DataType.Float32), 0);
        Value scores = b.Unsqueeze(b.Cast(c.Input(1), DataType.Float32), 0, 1);
        Value overlap = c.InputCount > 3 ? b.Cast(b.Reshape(c.Input(3), -1), DataType.Float32) : b.Floats(c.Attributes.GetFloat("iou_threshold", 0.5f));
        Value? least = c.InputCount > 4 ? b.Cast(b.Reshape(c.Input(4), -1), DataType.Float32) : null;
        Value kept = b.Emit("NonMaxSuppression", [boxes, scores, b.AsVector(c.Input(2)), overlap, least], DataType.Int64, new SymbolicShape(Dimension.Unknown, 3));
        return b.Cast(b.Squeeze(b.Slice(kept, [2], [3], [1]), 1), DataType.Int32);
    }

    private static Value Count(OnnxBuilder b, Value kept) => b.Cast(b.Emit("Size", [kept]), DataType.Int32);

    private static Value Padded(LoweringContext c, Value kept, string attribute)
    {
        if (!c.Attributes.GetBoolean(attribute))
        {
            return kept;
        }

        OnnxBuilder b = c.Onnx;
        Value missing = b.Sub(b.AsVector(c.Input(2)), b.ShapeOf(kept));
        return b.Emit("Pad", [kept, b.Concat(0, b.Int64s(0), missing)]);
    }
}
