namespace Pare.Passes.Conversion;

/// <summary>Reductions, positions of extremes, running sums.</summary>
internal static class ToTFLiteReductionLowerings
{
    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        Of("ReduceSum", (b, x, axes, keep) => b.Reduce("SUM", x, axes, keep)),
        Of("ReduceMean", (b, x, axes, keep) => b.Reduce("MEAN", x, axes, keep)),
        Of("ReduceMax", (b, x, axes, keep) => Extreme(b, "REDUCE_MAX", "REDUCE_ANY", x, axes, keep)),
        Of("ReduceMin", (b, x, axes, keep) => Extreme(b, "REDUCE_MIN", "REDUCE_ALL", x, axes, keep)),
        Of("ReduceProd", (b, x, axes, keep) => b.Reduce("REDUCE_PROD", x, axes, keep)),
        Of("ReduceL1", (b, x, axes, keep) => b.Reduce("SUM", b.Unary("ABS", x), axes, keep)),
        Of("ReduceL2", (b, x, axes, keep) => b.Unary("SQRT", b.Reduce("SUM", Square(b, x), axes, keep))),
        Of("ReduceSumSquare", (b, x, axes, keep) => b.Reduce("SUM", Square(b, x), axes, keep)),
        Of("ReduceLogSum", (b, x, axes, keep) => b.Unary("LOG", b.Reduce("SUM", x, axes, keep))),
        Of("ReduceLogSumExp", LogSumExp),
        new("ArgMax", c => Position(c, "ARG_MAX")),
        new("ArgMin", c => Position(c, "ARG_MIN")),
        new("CumSum", CumSum),
    ];

    /// <summary>x² of any type.</summary>
    public static Value Square(TFLiteBuilder b, Value x) => x.Type == DataType.Float32 ? b.Emit("SQUARE", [x]) : b.Binary("MUL", x, x);

    private static KeyValuePair<string, ToTFLiteLowering> Of(string @operator, Func<TFLiteBuilder, Value, long[], bool, Value> emit) => new(@operator, c =>
    {
        LaidValue x = c.Raw(0);
        int rank = c.Rank(0);
        bool keep = c.Attributes.GetBoolean("keepdims", true);
        long[]? axes = c.IntegersOf("axes", 1, "the axes");
        if (axes is not { Length: > 0 })
        {
            if (c.Attributes.GetBoolean("noop_with_empty_axes"))
            {
                c.Set(x.Value, x.Order);
                return;
            }

            axes = [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        }

        long[] at = [.. axes.Select(a => (long)x.AxisOf(a)).Distinct().Order()];
        Value y = emit(c.Builder, x.Value, at, keep);
        int[]? order = x.Order;
        if (!keep && order is not null)
        {
            // What is left keeps its order; positions close up.
            order = [.. order.Where(p => !at.Contains(p)).Select(p => p - at.Count(a => a < p))];
        }

        c.Set(y, order);
    });

    private static Value Extreme(TFLiteBuilder b, string @operator, string logical, Value x, long[] axes, bool keep)
        => b.Reduce(x.Type == DataType.Boolean ? logical : @operator, x, axes, keep);

    // m + ln Σ e^(x - m) with the largest m, which does not overflow.
    private static Value LogSumExp(TFLiteBuilder b, Value x, long[] axes, bool keep)
    {
        Value largest = b.Reduce("REDUCE_MAX", x, axes, true);
        Value sum = b.Unary("LOG", b.Reduce("SUM", b.Unary("EXP", b.Binary("SUB", x, largest)), axes, keep));
        return b.Binary("ADD", sum, keep ? largest : b.Reduce("REDUCE_MAX", x, axes, false));
    }

    private static void Position(ToTFLiteContext c, string @operator)
    {
        if (c.Attributes.GetBoolean("select_last_index"))
        {
            throw new LoweringException("the last of equal elements cannot be asked for in TFLite; the first can");
        }

        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        int at = x.AxisOf(c.Attributes.GetInteger("axis"));
        Value data = b.Cast(x.Value, TFLiteKernels.ComputeType(@operator, x.Value.Type));
        Value found = b.Emit(@operator, [data, b.Scalar(DataType.Int32, at)], ("output_type", AttributeValue.Of("INT64")));
        int[]? order = x.Order is null ? null : [.. x.Order.Where(p => p != at).Select(p => p > at ? p - 1 : p)];
        if (c.Attributes.GetBoolean("keepdims", true))
        {
            // The axis comes back with extent 1, in ONNX's order.
            Value straight = b.Straight(new LaidValue(found, order is null ? null : AxisOrder.OrNull(order)));
            long axis = c.Attributes.GetInteger("axis");
            int place = (int)(axis < 0 ? axis + c.Rank(0) : axis);
            List<(long?, Value?)> extents = [.. Enumerable.Range(0, c.Rank(0) - 1).Select(i => b.Extent(straight, i))];
            extents.Insert(place, (1, null));
            c.Set(b.Reshape(straight, extents));
            return;
        }

        c.Set(found, order);
    }

    private static void CumSum(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        LaidValue x = c.Raw(0);
        long[] axis = c.RequiredIntegers(1, "the axis");
        DataType compute = TFLiteKernels.ComputeType("CUMSUM", x.Value.Type);
        c.Set(
            b.Cast(
                b.Emit(
                    "CUMSUM",
                    [b.Cast(x.Value, compute), b.Scalar(DataType.Int32, x.AxisOf(axis[0]))],
                    ("exclusive", AttributeValue.Of(c.Attributes.GetBoolean("exclusive"))),
                    ("reverse", AttributeValue.Of(c.Attributes.GetBoolean("reverse")))),
                x.Value.Type),
            x.Order);
    }
}
