namespace Pare.Passes.Conversion;

/// <summary>Operators of StableHLO in TFLite files, and what else dilates. Source: the StableHLO specification.</summary>
internal static class TFLiteStableHlo
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        .. new[]
        {
            ("ABS", "Abs"), ("COSINE", "Cos"), ("EXPONENTIAL", "Exp"), ("FLOOR", "Floor"), ("LOG", "Log"), ("LOGISTIC", "Sigmoid"), ("NEGATE", "Neg"), ("RSQRT", "Rsqrt"), ("TANH", "Tanh"),
        }.Select(n => TFLiteLowering.Of($"STABLEHLO_{n.Item1}", c => c.SetOutput(c.TensorFlow(n.Item2, [c.Input(0)])))),
        TFLiteLowering.Of("STABLEHLO_POWER", c => c.SetOutput(c.TensorFlow("Pow", [c.Input(0), c.Input(1)]))),
        TFLiteLowering.Of("STABLEHLO_REMAINDER", c => c.SetOutput(c.TensorFlow("TruncateMod", [c.Input(0), c.Input(1)]))),
        TFLiteLowering.Of("STABLEHLO_AND", c => Bits(c, "And", "BitwiseAnd")),
        TFLiteLowering.Of("STABLEHLO_OR", c => Bits(c, "Or", "BitwiseOr")),
        TFLiteLowering.Of("STABLEHLO_SHIFT_LEFT", c => c.SetOutput(c.TensorFlow("LeftShift", [c.Input(0), c.Input(1)]))),
        TFLiteLowering.Of("STABLEHLO_CBRT", CubeRoot),
        TFLiteLowering.Of("STABLEHLO_CLAMP", c => c.SetOutput(c.Onnx.Elementwise("Min", c.Onnx.Elementwise("Max", c.Input(1), c.Input(0)), c.Input(2)))),
        TFLiteLowering.Of("STABLEHLO_COMPARE", Compare),
        TFLiteLowering.Of("STABLEHLO_CONVERT", c => c.SetOperand(0, c.Output().FromStored(c.Onnx.Cast(c.Stored(0), c.Node.Output.Type)))),
        TFLiteLowering.Moving("STABLEHLO_CONCATENATE", c => c.SetOutput(c.Onnx.Concat(c.Attributes.GetInteger("dimension"), c.Inputs()))),
        TFLiteLowering.Moving("STABLEHLO_TRANSPOSE", c => c.SetOutput(c.Onnx.Transpose(c.Input(0), c.Attributes.GetIntegers("permutation") ?? []))),
        TFLiteLowering.Moving("STABLEHLO_SLICE", Slice),
        TFLiteLowering.Moving("STABLEHLO_BROADCAST_IN_DIM", BroadcastInDim),
        TFLiteLowering.Of("STABLEHLO_IOTA", Iota),
        TFLiteLowering.Of("STABLEHLO_PAD", Pad),
        TFLiteLowering.Of("STABLEHLO_DOT_GENERAL", DotGeneral),
        TFLiteLowering.Of("DILATE", c => c.SetOutput(Spread(c.Onnx, c.Input(0), [.. c.RequiredIntegers(1, "the dilations").Select(d => d - 1)], c.Input(2)))),
    ];

    private static void Bits(TFLiteContext c, string logic, string bitwise) => c.SetOutput(c.Input(0).Type == DataType.Boolean ? c.Onnx.Emit(logic, [c.Input(0), c.Input(1)]) : c.TensorFlow(bitwise, [c.Input(0), c.Input(1)]));

    private static void CubeRoot(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        c.SetOutput(b.Mul(b.Emit("Sign", [x]), b.Emit("Pow", [b.Emit("Abs", [x]), b.Scalar(x.Type, 1.0 / 3)])));
    }

    private static void Compare(TFLiteContext c)
    {
        string direction = c.Attributes.GetString("comparison_direction", "STABLEHLO_COMPARISON_DIRECTION_EQ");
        c.SetOutput(c.TensorFlow(
            direction[(direction.LastIndexOf('_') + 1)..] switch
            {
                "EQ" => "Equal",
                "NE" => "NotEqual",
                "GE" => "GreaterEqual",
                "GT" => "Greater",
                "LE" => "LessEqual",
                "LT" => "Less",
                var other => throw new LoweringException($"the comparison '{other}' is none of EQ, NE, GE, GT, LE, LT"),
            },
            [c.Input(0), c.Input(1)]));
    }

    private static void Slice(TFLiteContext c)
    {
        long[] starts = c.Attributes.GetIntegers("start_indices") ?? [];
        long[] limits = c.Attributes.GetIntegers("limit_indices") ?? [];
        long[] strides = c.Attributes.GetIntegers("strides") ?? [.. starts.Select(_ => 1L)];
        if (limits.Length != starts.Length || strides.Length != starts.Length)
        {
            throw new LoweringException($"{starts.Length} starts, {limits.Length} limits and {strides.Length} strides do not fit together");
        }

        c.SetOutput(c.Onnx.Slice(c.Input(0), starts, limits, [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)], strides));
    }

    // Axis i of the data is axis dimensions[i] of the output; extents of 1 spread.
    private static void BroadcastInDim(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        long[] dimensions = c.Attributes.GetIntegers("broadcast_dimensions") ?? (c.Has(1) ? c.RequiredIntegers(1, "the axes") : []);
        if (c.Node.Output.Shape?.ToStatic() is not { } shape || x.Shape?.ToStatic() is not { } own || own.Rank != dimensions.Length || dimensions.Any(d => d < 0 || d >= shape.Rank))
        {
            throw new LoweringException("the shapes of data and output must be known and fit the axes");
        }

        long[] spread = [.. Enumerable.Repeat(1L, shape.Rank)];
        for (int i = 0; i < dimensions.Length; i++)
        {
            spread[dimensions[i]] = own[i];
        }

        c.SetOutput(b.Emit("Expand", [b.Reshape(x, spread), b.Int64s(shape.ToArray())]));
    }

    private static void Iota(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        long axis = c.Attributes.GetInteger("iota_dimension");
        if (c.Node.Output.Shape?.ToStatic() is not { } shape || axis < 0 || axis >= shape.Rank || shape[(int)axis] > 1 << 24)
        {
            throw new LoweringException("the shape of the output must be known and have the axis");
        }

        long[] along = [.. Enumerable.Repeat(1L, shape.Rank)];
        along[axis] = shape[(int)axis];
        Value numbers = b.Constant(DenseTensorData.Create([.. Enumerable.Range(0, (int)shape[(int)axis]).Select(i => (long)i)], new TensorShape(along)));
        c.SetOutput(b.Cast(b.Emit("Expand", [numbers, b.Int64s(shape.ToArray())]), c.Node.Output.Type));
    }

    // Between elements first, then at the edges, where negative numbers cut.
    private static void Pad(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        long[] low = c.Attributes.GetIntegers("edge_padding_low") ?? [];
        long[] high = c.Attributes.GetIntegers("edge_padding_high") ?? [];
        Value x = c.Input(0);
        int rank = TFLiteContext.RankOf(x);
        long[] between = c.Attributes.GetIntegers("interior_padding") ?? new long[rank];
        if (low.Length != rank || high.Length != rank || between.Length != rank)
        {
            throw new LoweringException($"the paddings do not fit {rank} axes");
        }

        Value filling = b.Reshape(c.Input(1), []);
        x = Spread(b, x, between, filling);
        for (int i = 0; i < rank; i++)
        {
            x = low[i] < 0 ? b.Slice(x, [-low[i]], [long.MaxValue], [i]) : x;
            x = high[i] < 0 ? b.Slice(x, [0], [high[i]], [i]) : x;
        }

        long[] pads = [.. low.Concat(high).Select(p => Math.Max(0, p))];
        c.SetOutput(pads.All(p => p == 0) ? x : b.Emit("Pad", [x, b.Int64s(pads), filling]));
    }

    /// <summary>Puts numbers between the elements along each axis.</summary>
    private static Value Spread(OnnxBuilder b, Value x, long[] between, Value filling)
    {
        if (between.Any(n => n < 0) || (between.Any(n => n > 0) && x.Shape?.ToStatic() is null))
        {
            throw new LoweringException("what goes between the elements must not be negative, and the shape must be known");
        }

        for (int axis = 0; axis < between.Length; axis++)
        {
            if (between[axis] == 0)
            {
                continue;
            }

            // Each element at the head of a row of its own, rows joined, and the last one's rest cut.
            long[] shape = x.Shape!.ToStatic()!.ToArray();
            long[] pads = new long[(shape.Length + 1) * 2];
            pads[shape.Length + 1 + axis + 1] = between[axis];
            Value rows = b.Emit("Pad", [b.Unsqueeze(x, axis + 1), b.Int64s(pads), b.Reshape(filling, [])]);
            long whole = shape[axis] * (between[axis] + 1);
            shape[axis] = whole;
            x = b.Slice(b.Reshape(rows, shape), [0], [Math.Max(0, whole - between[axis])], [axis]);
        }

        return x;
    }

    // Axes of the batch, then those left of the first, then those of the second.
    private static void DotGeneral(TFLiteContext c)
    {
        long[] List(string name) => c.Attributes.GetIntegers(name) ?? [];
        (long[] batchX, long[] batchY, long[] sumX, long[] sumY) = (List("lhs_batching_dimensions"), List("rhs_batching_dimensions"), List("lhs_contracting_dimensions"), List("rhs_contracting_dimensions"));
        Value x = c.Input(0);
        Value y = c.Input(1);
        int rankX = TFLiteContext.RankOf(x);
        int rankY = TFLiteContext.RankOf(y);
        if (batchX.Length != batchY.Length || sumX.Length != sumY.Length || rankX + rankY > 26 || batchX.Concat(sumX).Any(a => a < 0 || a >= rankX) || batchY.Concat(sumY).Any(a => a < 0 || a >= rankY))
        {
            throw new LoweringException("the axes of the product do not fit its operands");
        }

        char[] first = [.. Enumerable.Range(0, rankX).Select(i => (char)('a' + i))];
        char[] second = [.. Enumerable.Range(rankX, rankY).Select(i => (char)('a' + i))];
        foreach ((long a, long b) in batchX.Zip(batchY).Concat(sumX.Zip(sumY)))
        {
            second[b] = first[a];
        }

        string result = new([.. batchX.Select(a => first[a]), .. first.Where((_, i) => !batchX.Contains(i) && !sumX.Contains(i)), .. second.Where((_, i) => !batchY.Contains(i) && !sumY.Contains(i))]);
        c.SetOutput(c.Onnx.Emit("Einsum", [x, y], ("equation", AttributeValue.Of($"{new string(first)},{new string(second)}->{result}"))));
    }
}
