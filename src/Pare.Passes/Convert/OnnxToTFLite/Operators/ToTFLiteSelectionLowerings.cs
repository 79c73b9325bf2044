namespace Pare.Passes.Conversion;

/// <summary>Largest elements, distinct elements, random numbers.</summary>
internal static class ToTFLiteSelectionLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("TopK", TopK),
        new("Unique", Unique),
        new("RandomUniformLike", c => RandomUniform(c, c.Builder.ShapeOf(c.In(0)))),
        new("RandomUniform", c => RandomUniform(c, c.Builder.Int32s(c.Attributes.GetIntegers("shape") ?? []))),
    ];

    private static void TopK(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        (Value x, int[] order) = ToTFLiteActivationLowerings.WithLast(c, 0, c.Attributes.GetInteger("axis", -1));
        bool largest = c.Attributes.GetBoolean("largest", true);
        Value k = c.Attributes.ContainsKey("k") ? b.Scalar(DataType.Int32, c.Attributes.GetInteger("k")) : b.ToScalar(b.Cast(c.In(1), DataType.Int32));
        DataType compute = TFLiteKernels.ComputeType("TOPK_V2", x.Type);
        Value data = b.Cast(x, compute);
        IReadOnlyList<Value> found = b.Emit("TOPK_V2", [largest ? data : b.Unary("NEG", data), k], 2);
        Value values = largest ? found[0] : b.Unary("NEG", found[0]);
        c.Set(0, b.Cast(values, x.Type), order);
        c.Set(1, c.IsNeeded(1) ? b.Cast(found[1], DataType.Int64) : found[1], order);
    }

    // The runtime gives the distinct elements in the order of their first appearance and where each element stands among them.
    private static void Unique(ToTFLiteContext c)
    {
        if (c.Attributes.ContainsKey("axis") || c.Attributes.GetBoolean("sorted", true) || c.IsNeeded(1) || c.IsNeeded(3))
        {
            throw new LoweringException("only distinct elements of a vector in the order of their appearance, and the places of all elements among them, have a counterpart in TFLite");
        }

        TFLiteBuilder b = c.Builder;
        IReadOnlyList<Value> found = b.Emit("UNIQUE", [b.Reshape(c.In(0), -1)], 2, ("idx_out_type", AttributeValue.Of("INT64")));
        c.Set(0, found[0]);
        c.Set(2, found[1]);
    }

    // The runtime draws from [0, 1).
    private static void RandomUniform(ToTFLiteContext c, Value shape)
    {
        TFLiteBuilder b = c.Builder;
        float low = c.Attributes.GetFloat("low");
        float high = c.Attributes.GetFloat("high", 1);
        SymbolicShape? s = b.Elements(shape) is { } e ? OnnxInference.Shape(e.Select(d => new Dimension(d))) : null;
        Value x = b.Emit("RANDOM_UNIFORM", [shape], DataType.Float32, s, ("seed", AttributeValue.Of((long)c.Attributes.GetFloat("seed"))));
        x = high - low == 1 ? x : b.Binary("MUL", x, b.Scalar(DataType.Float32, high - low));
        c.Set(low == 0 ? x : b.Binary("ADD", x, b.Scalar(DataType.Float32, low)));
    }
}
