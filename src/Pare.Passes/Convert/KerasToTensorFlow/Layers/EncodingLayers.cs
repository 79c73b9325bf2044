using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Layers that turn numbers into categories, and categories into vectors.</summary>
internal static class EncodingLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("CategoryEncoding", c => c.SetOutput(Encode(c, c.Raw(0), c.Integer("num_tokens", c.Integer("max_tokens", 0)), c.Text("output_mode", "multi_hot"), c.InputCount > 1 ? c.Input(1) : null))),
        new("Discretization", Discretization),
    ];

    // The number of boundaries that are not above a value.
    private static void Discretization(LayerContext c)
    {
        TensorFlowBuilder b = c.TensorFlow;
        float[] boundaries = c.Numbers("bin_boundaries") is { Length: > 0 } stated ? stated
            : throw new LoweringException("the configuration says no boundaries; those learnt by adapt() are not carried over");
        Value x = b.ExpandDims(c.Input(), c.Rank());
        Value above = b.Cast(b.Compare("GreaterEqual", x, b.Floats(boundaries, boundaries.Length)), DataType.Int32);
        Value bins = b.Reduce("Sum", above, [-1], keep: false);
        string mode = c.Text("output_mode", "int");
        c.SetOutput(mode == "int" ? b.Cast(bins, c.Text("dtype", "int64") == "int32" ? DataType.Int32 : DataType.Int64) : Encode(c, bins, boundaries.Length + 1, mode, null));
    }

    // one_hot: a vector each; multi_hot: which of them occur; count: how often, or the sum of their weights.
    private static Value Encode(LayerContext c, Value x, long depth, string mode, Value? counts)
    {
        TensorFlowBuilder b = c.TensorFlow;
        if (depth is < 1 or > int.MaxValue)
        {
            throw new LoweringException($"there are {depth} tokens; at least one was expected");
        }

        int rank = x.Shape?.Rank ?? throw new LoweringException("the rank of the input is not known");
        Value indices = x.Type is DataType.Int32 or DataType.Int64 ? x : b.Cast(x, DataType.Int32);
        if (mode is "one_hot" or "int" && rank > 1 && x.Shape[-1].Value == 1)
        {
            indices = b.Squeeze(indices, rank - 1);
        }

        SymbolicShape shape = new([.. indices.Shape!.Dimensions, depth]);
        Value each = b.Emit("OneHot", [indices, b.Int32(depth), b.Float(1), b.Float(0)], DataType.Float32, shape, T("T", DataType.Float32), T("TI", indices.Type), ("axis", AttributeValue.Of(-1L)));
        switch (mode)
        {
            case "one_hot":
                return each;
            case "multi_hot" or "binary":
                return rank < 2 ? each : b.Reduce("Max", each, [-2], keep: false);
            case "count":
                each = counts is null ? each : b.Mul(each, b.ExpandDims(counts, counts.Shape?.Rank ?? rank));
                return rank < 2 ? each : b.Reduce("Sum", each, [-2], keep: false);
            default:
                throw new LoweringException($"output_mode '{mode}' is not carried over; one_hot, multi_hot and count are");
        }
    }
}
