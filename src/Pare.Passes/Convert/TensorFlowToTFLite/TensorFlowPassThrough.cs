namespace Pare.Passes.Conversion;

/// <summary>
/// TensorFlow operators that TFLite has as they are and ONNX would spell out: on the way they are nodes of the domain <see cref="Domain"/> in the ONNX graph, which only the lowering to TFLite knows.
/// </summary>
internal static class TensorFlowPassThrough
{
    /// <summary>Operator set of what passes through.</summary>
    public const string Domain = "pare.tflite";

    /// <summary>The lowerings by operator.</summary>
    public static IReadOnlyDictionary<string, Lowering> All { get; } = new Dictionary<string, Lowering>(StringComparer.Ordinal)
    {
        ["Expm1"] = c => Unary(c, "Expm1"),
        ["Log1p"] = c => Unary(c, "Log1p"),
        ["Softplus"] = c => Unary(c, "Softplus"),
        ["FloorDiv"] = c => Binary(c, "FLOOR_DIV"),
        ["FloorMod"] = c => Binary(c, "FLOOR_MOD"),
        ["SquaredDifference"] = c => Binary(c, "SQUARED_DIFFERENCE"),
        ["Atan2"] = c => Binary(c, "ATAN2"),
        ["Rsqrt"] = c => Unary(c, "RSQRT"),
        ["Square"] = c => Unary(c, "SQUARE"),
        ["MirrorPad"] = MirrorPad,
        ["SpaceToBatchND"] = c => Blocks(c, "SPACE_TO_BATCH_ND"),
        ["BatchToSpaceND"] = c => Blocks(c, "BATCH_TO_SPACE_ND"),
        ["ResizeNearestNeighbor"] = c => Resize(c, "RESIZE_NEAREST_NEIGHBOR", c.Input(0)),
        ["ResizeBilinear"] = c => Resize(c, "RESIZE_BILINEAR", c.Onnx.Cast(c.Input(0), DataType.Float32)),
    };

    private static Value Emit(LoweringContext c, string @operator, ReadOnlySpan<Value?> inputs, SymbolicShape? shape, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        Value value = c.Onnx.Emit(@operator, inputs, inputs[0]!.Type, shape, attributes);
        value.Producer!.Domain = Domain;
        return value;
    }

    private static void Unary(LoweringContext c, string @operator) => c.SetOutput(Emit(c, @operator, [c.Input(0)], c.Input(0).Shape));

    private static void Binary(LoweringContext c, string @operator)
        => c.SetOutput(Emit(c, @operator, [c.Input(0), c.Input(1)], OnnxInference.Broadcast(c.Input(0).Shape, c.Input(1).Shape)));

    private static void MirrorPad(LoweringContext c)
    {
        Value x = c.Input(0);
        long[]? amounts = c.Integers(1);
        SymbolicShape? shape = x.Shape is { } s && amounts is not null ? OnnxInference.Shape(s.Dimensions.Select((d, i) => new Dimension(d.Value + amounts[i * 2] + amounts[(i * 2) + 1]))) : null;
        c.SetOutput(Emit(c, "MIRROR_PAD", [x, c.Input(1)], shape, ("mode", AttributeValue.Of(c.Attributes.GetString("mode", "REFLECT")))));
    }

    // TFLite takes [N, H, W, C] and [N, T, C] with as many block axes; anything else is spelt out.
    private static void Blocks(LoweringContext c, string @operator)
    {
        Value x = c.Input(0);
        long[] block = c.RequiredIntegers(1, "block_shape");
        long[]? edges = c.Integers(2);
        if (edges is null || x.Shape is not { } s || s.Rank != block.Length + 2 || s.Rank is < 3 or > 4)
        {
            TensorFlowLowerings.Find(c.Node.Operator)!(c);
            return;
        }

        long product = block.Aggregate(1L, (p, e) => p * e);
        bool toBatch = @operator == "SPACE_TO_BATCH_ND";
        Dimension[] d = [.. s.Dimensions];
        d[0] = new Dimension(toBatch ? s[0].Value * product : s[0].Value / product);
        for (int i = 0; i < block.Length; i++)
        {
            long edge = edges[i * 2] + edges[(i * 2) + 1];
            d[i + 1] = new Dimension(toBatch ? (s[i + 1].Value + edge) / block[i] : (s[i + 1].Value * block[i]) - edge);
        }

        c.SetOutput(Emit(c, @operator, [x, c.Onnx.Int64s(block), c.Input(2)], new SymbolicShape(d)));
    }

    private static void Resize(LoweringContext c, string @operator, Value x)
    {
        long?[]? sizes = c.Onnx.Elements(c.Input(1));
        SymbolicShape? shape = x.Shape is { } s ? new SymbolicShape(s[0], new Dimension(sizes?[0]), new Dimension(sizes?[1]), s[3]) : null;
        c.SetOutput(Emit(
            c,
            @operator,
            [x, c.Input(1)],
            shape,
            ("align_corners", AttributeValue.Of(c.Attributes.GetBoolean("align_corners"))),
            ("half_pixel_centers", AttributeValue.Of(c.Attributes.GetBoolean("half_pixel_centers")))));
    }
}
