namespace Pare.Passes.Conversion;

/// <summary>Blocks of space moved to the batch or to the channels and back.</summary>
internal static class SpaceLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("SpaceToBatchND", c => SpaceToBatch(c, c.RequiredIntegers(1, "block_shape"), c.Input(2))),
        new("SpaceToBatch", c => SpaceToBatch(c, Square(c), c.Input(1))),
        new("BatchToSpaceND", c => BatchToSpace(c, c.RequiredIntegers(1, "block_shape"), c.Input(2))),
        new("BatchToSpace", c => BatchToSpace(c, Square(c), c.Input(1))),
        new("DepthToSpace", DepthToSpace),
        new("SpaceToDepth", SpaceToDepth),
    ];

    private static long[] Square(LoweringContext c) => [c.Attributes.GetInteger("block_size"), c.Attributes.GetInteger("block_size")];

    // [N, s…, rest] padded → [N, s/b, b, …, rest] → [b…, N, s/b…, rest] → [N·Πb, s/b…, rest]
    private static void SpaceToBatch(LoweringContext c, long[] block, Value paddings)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        int m = block.Length;
        int rank = c.RankOf(x);
        Value pairs = b.Cast(paddings, DataType.Int64);
        Value none = b.Int64s(0);
        Value after = b.Int64s([.. Enumerable.Repeat(0L, rank - m - 1)]);
        Value Side(int i)
        {
            return b.AllElements(pairs) is { } known
                ? b.Int64s([.. Enumerable.Range(0, m).Select(j => known[(j * 2) + i])])
                : b.Reshape(b.Slice(pairs, [i], [i + 1], [1]), m);
        }

        Value before = Side(0);
        Value behind = Side(1);
        if (!(b.AllElements(before) is { } p && b.AllElements(behind) is { } q && p.All(v => v == 0) && q.All(v => v == 0)))
        {
            List<Value> pads = [none, before, none, behind];
            if (rank - m - 1 > 0)
            {
                pads = [none, before, after, none, behind, after];
            }

            x = b.OnData("Pad", x, [b.Concat(0, [.. pads])]);
        }

        List<Value> split = [b.Extent(x, 0)];
        List<long> order = [.. Enumerable.Range(0, m).Select(i => 2 + (2L * i)), 0, .. Enumerable.Range(0, m).Select(i => 1 + (2L * i))];
        List<Value> joined = [b.Mul(b.Extent(x, 0), b.Int64s(block.Aggregate(1L, (s, v) => s * v)))];
        for (int i = 0; i < m; i++)
        {
            Value outer = b.Div(b.Extent(x, i + 1), b.Int64s(block[i]));
            split.AddRange([outer, b.Int64s(block[i])]);
            joined.Add(outer);
        }

        Rest(b, x, m + 1, rank, split, joined, order, (2 * m) + 1);
        c.SetOutput(b.Reshape(b.Transpose(b.Reshape(x, b.Concat(0, [.. split])), [.. order]), b.Concat(0, [.. joined])));
    }

    // [N, s…, rest] → [b…, N/Πb, s…, rest] → [N/Πb, s, b, …, rest] → [N/Πb, s·b…, rest], then cropped.
    private static void BatchToSpace(LoweringContext c, long[] block, Value crops)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        int m = block.Length;
        int rank = c.RankOf(x);
        Value batch = b.Div(b.Extent(x, 0), b.Int64s(block.Aggregate(1L, (s, v) => s * v)));
        List<Value> split = [b.Int64s(block), batch];
        List<Value> joined = [batch];
        List<long> order = [m];
        for (int i = 0; i < m; i++)
        {
            split.Add(b.Extent(x, i + 1));
            joined.Add(b.Mul(b.Extent(x, i + 1), b.Int64s(block[i])));
            order.AddRange([m + 1 + i, i]);
        }

        Rest(b, x, m + 1, rank, split, joined, order, (2 * m) + 1);
        Value y = b.Reshape(b.Transpose(b.Reshape(x, b.Concat(0, [.. split])), [.. order]), b.Concat(0, [.. joined]));
        Value pairs = b.Cast(crops, DataType.Int64);
        if (b.AllElements(pairs) is { } known)
        {
            if (known.Any(v => v != 0))
            {
                y = b.Slice(
                    y,
                    [.. Enumerable.Range(0, m).Select(i => known[i * 2])],
                    [.. Enumerable.Range(0, m).Select(i => known[(i * 2) + 1] == 0 ? long.MaxValue : -known[(i * 2) + 1])],
                    [.. Enumerable.Range(1, m)]);
            }
        }
        else
        {
            Value starts = b.Reshape(b.Slice(pairs, [0], [1], [1]), m);
            Value ends = b.Sub(b.ShapeOf(y, 1, m + 1), b.Reshape(b.Slice(pairs, [1], [2], [1]), m));
            y = b.Emit("Slice", [y, starts, ends, b.Int64s([.. Enumerable.Range(1, m)])]);
        }

        c.SetOutput(y);
    }

    private static void Rest(OnnxBuilder b, Value x, int from, int rank, List<Value> split, List<Value> joined, List<long> order, int position)
    {
        for (int i = from; i < rank; i++)
        {
            split.Add(b.Extent(x, i));
            joined.Add(b.Extent(x, i));
            order.Add(position++);
        }
    }

    private static (bool Last, long Block) Layout(LoweringContext c)
    {
        string format = c.Attributes.GetString("data_format", "NHWC");
        return format is "NHWC" or "NCHW" ? (format == "NHWC", c.Attributes.GetInteger("block_size")) : throw new LoweringException($"data_format {format} has no counterpart; NHWC and NCHW have");
    }

    private static void DepthToSpace(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        (bool last, long block) = Layout(c);
        Value x = c.Input(0);
        Value y;
        if (x.Type is DataType.Float32 or DataType.Float64)
        {
            Value data = last ? b.Transpose(x, 0, 3, 1, 2) : x;
            y = b.Emit("DepthToSpace", [data], ("blocksize", AttributeValue.Of(block)), ("mode", AttributeValue.Of("DCR")));
            y = last ? b.Transpose(y, 0, 2, 3, 1) : y;
        }
        else
        {
            (Value n, Value h, Value w, Value depth) = (b.Extent(x, 0), b.Extent(x, last ? 1 : 2), b.Extent(x, last ? 2 : 3), b.Div(b.Extent(x, last ? 3 : 1), b.Int64s(block * block)));
            (Value s, Value hs, Value ws) = (b.Int64s(block), b.Mul(h, b.Int64s(block)), b.Mul(w, b.Int64s(block)));
            y = last
                ? b.Reshape(b.Transpose(b.Reshape(x, b.Concat(0, n, h, w, s, s, depth)), 0, 1, 3, 2, 4, 5), b.Concat(0, n, hs, ws, depth))
                : b.Reshape(b.Transpose(b.Reshape(x, b.Concat(0, n, s, s, depth, h, w)), 0, 3, 4, 1, 5, 2), b.Concat(0, n, depth, hs, ws));
        }

        c.SetOutput(y);
    }

    private static void SpaceToDepth(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        (bool last, long block) = Layout(c);
        Value x = c.Input(0);
        Value s = b.Int64s(block);
        (Value n, Value h, Value w) = (b.Extent(x, 0), b.Div(b.Extent(x, last ? 1 : 2), s), b.Div(b.Extent(x, last ? 2 : 3), s));
        Value depth = b.Extent(x, last ? 3 : 1);
        Value deep = b.Mul(depth, b.Int64s(block * block));
        c.SetOutput(last
            ? b.Reshape(b.Transpose(b.Reshape(x, b.Concat(0, n, h, s, w, s, depth)), 0, 1, 3, 2, 4, 5), b.Concat(0, n, h, w, deep))
            : b.Reshape(b.Transpose(b.Reshape(x, b.Concat(0, n, depth, h, s, w, s)), 0, 3, 5, 1, 2, 4), b.Concat(0, n, deep, h, w)));
    }
}
