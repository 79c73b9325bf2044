namespace Pare.Passes.Conversion;

/// <summary>
/// The custom operator at the end of SSD detectors: boxes are decoded from anchors, thinned out by overlap, and given with classes and scores, filled up with zeros. Inputs: encodings [1, n, 4]
/// (centre y, centre x, height, width), scores [1, n, classes, perhaps the background's before], anchors [n, 4]. Source: detection_postprocess.cc of LiteRT.
/// </summary>
internal static class TFLiteDetections
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("TFLite_Detection_PostProcess", PostProcess),
    ];

    private static void PostProcess(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        FlexMap options = TFLiteCustoms.Map(c);
        Value scores = c.Input(1);
        if (OnnxBuilderHelpers.KnownExtent(scores, 1) is not { } count || OnnxBuilderHelpers.KnownExtent(scores, 2) is not { } all)
        {
            throw new LoweringException("the numbers of boxes and classes must be known");
        }

        long classes = (long)options.Number("num_classes", all);
        if (classes < 1 || classes > all)
        {
            throw new LoweringException($"{classes} classes are said, the scores have {all}");
        }

        // What stands before the classes is the background.
        scores = classes == all ? scores : b.Slice(scores, [all - classes], [all], [2]);
        Value boxes = Decoded(c, options);
        if (options.Number("use_regular_nms", 0) != 0)
        {
            Regular(c, options, boxes, scores);
            return;
        }

        Fast(c, options, boxes, scores, count, classes);
    }

    // centre = code / scale · size + anchor, extent = e^(code / scale) · size; as [y0, x0, y1, x1].
    private static Value Decoded(TFLiteContext c, FlexMap options)
    {
        OnnxBuilder b = c.Onnx;
        float[] inverse = [.. new[] { "y_scale", "x_scale", "h_scale", "w_scale" }.Select(n => (float)(1 / options.Number(n, 1)))];
        Value codes = b.Mul(b.Slice(c.Input(0), [0], [4], [2]), b.Constant(DenseTensorData.Create(inverse, new TensorShape(1, 1, 4))));
        Value anchors = b.Unsqueeze(c.Input(2), 0);
        Value Half(Value v, long from) => b.Slice(v, [from], [from + 2], [2]);
        Value size = Half(anchors, 2);
        Value centre = b.Add(b.Mul(Half(codes, 0), size), Half(anchors, 0));
        Value half = b.Mul(b.Mul(b.Emit("Exp", [Half(codes, 2)]), size), b.Scalar(DataType.Float32, 0.5));
        return b.Concat(2, b.Sub(centre, half), b.Add(centre, half));
    }

    // Every class thinned out by itself, the best of all kept.
    private static void Regular(TFLiteContext c, FlexMap options, Value boxes, Value scores)
    {
        OnnxBuilder b = c.Onnx;
        Value[] found = c.TensorFlow(
            "CombinedNonMaxSuppression",
            [
                b.Unsqueeze(boxes, 2), scores, b.Scalar(DataType.Int32, options.Number("detections_per_class", 100)), b.Scalar(DataType.Int32, options.Number("max_detections", 0)),
                b.Scalar(DataType.Float32, options.Number("nms_iou_threshold", 0)), b.Scalar(DataType.Float32, options.Number("nms_score_threshold", 0)),
            ],
            4,
            ("pad_per_class", AttributeValue.Of(false)),
            ("clip_boxes", AttributeValue.Of(false)));
        c.SetOutput(0, found[0]);
        c.SetOutput(1, found[2]);
        c.SetOutput(2, found[1]);
        c.SetOutput(3, b.Cast(found[3], DataType.Float32));
    }

    // Boxes thinned out by the best score of each, whichever its class; then each with its best classes.
    private static void Fast(TFLiteContext c, FlexMap options, Value boxes, Value scores, long count, long classes)
    {
        OnnxBuilder b = c.Onnx;
        long most = (long)options.Number("max_detections", 0);
        long perBox = Math.Min((long)options.Number("max_classes_per_detection", 1), classes);
        if (most < 1 || perBox < 1 || most * perBox > 1 << 20)
        {
            throw new LoweringException($"{most} detections of {perBox} classes each are asked for");
        }

        Value best = b.Reduce("ReduceMax", scores, [2], false);
        Value kept = b.Emit(
            "NonMaxSuppression",
            [boxes, b.Unsqueeze(best, 1), b.Int64s(most), b.Floats((float)options.Number("nms_iou_threshold", 0)), b.Floats((float)options.Number("nms_score_threshold", 0))],
            DataType.Int64,
            new SymbolicShape(Dimension.Unknown, 3));
        Value chosen = b.Squeeze(b.Slice(kept, [2], [3], [1]), 1);
        IReadOnlyList<Value> ranked = b.Emit("TopK", [b.Reshape(scores, count, classes), b.Int64s(perBox)], 2, ("axis", AttributeValue.Of(1L)));
        Value Rows(Value table) => b.Emit("Gather", [table, chosen], ("axis", AttributeValue.Of(0L)));
        Value number = b.Reshape(b.ShapeOf(chosen), 1);
        Value each = b.Unsqueeze(Rows(b.Reshape(boxes, count, 4)), 1);
        Value repeated = perBox == 1 ? each : b.Emit("Expand", [each, b.Int64s(1, perBox, 4)]);
        c.SetOutput(0, Filled(b, b.Reshape(repeated, -1, 4), most * perBox, 4));
        c.SetOutput(1, Filled(b, b.Reshape(b.Cast(Rows(ranked[1]), DataType.Float32), -1), most * perBox, 0));
        c.SetOutput(2, Filled(b, b.Reshape(Rows(ranked[0]), -1), most * perBox, 0));
        c.SetOutput(3, b.Cast(number, DataType.Float32));
    }

    // Zeros behind, up to a number of rows.
    private static Value Filled(OnnxBuilder b, Value rows, long count, long width)
    {
        TensorShape shape = width == 0 ? new TensorShape(count) : new TensorShape(count, width);
        Value padded = b.Concat(0, rows, b.Constant(OnnxBuilder.Filled(DataType.Float32, shape, 0)));
        Value cut = b.Slice(padded, [0], [count], [0]);
        return width == 0 ? b.Reshape(cut, 1, count) : b.Reshape(cut, 1, count, width);
    }
}
