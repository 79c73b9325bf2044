namespace Pare.Passes.Conversion;

/// <summary>Elements and slices fetched from, or put to, places given by indices.</summary>
internal static class GatherScatterLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Gather", c => c.SetOutput(Gather(c, c.Input(0), c.Input(1), 0, 0))),
        new("ResourceGather", c => c.SetOutput(Gather(c, c.Input(0), c.Input(1), 0, c.Attributes.GetInteger("batch_dims")))),
        new("GatherV2", c => c.SetOutput(Gather(c, c.Input(0), c.Input(1), c.RequiredInteger(2, "the axis"), c.Attributes.GetInteger("batch_dims")))),
        new("GatherNd", c => c.SetOutput(c.Onnx.Emit("GatherND", [c.Input(0), Indices(c, c.Input(1))]))),
        new("ScatterNd", ScatterNd),
        new("TensorScatterUpdate", c => Scatter(c, "none")),
        new("TensorScatterAdd", c => Scatter(c, "add")),
        new("TensorScatterMax", c => Scatter(c, "max")),
        new("TensorScatterMin", c => Scatter(c, "min")),
        new("TensorScatterSub", TensorScatterSub),
        new("ScatterNdNonAliasingAdd", c => Scatter(c, "add")),
        new("SparseToDense", SparseToDense),
        new("SparseTensorDenseMatMul", SparseProduct),
        new("DynamicStitch", DynamicStitch),
        new("ParallelDynamicStitch", DynamicStitch),
        new("DynamicPartition", DynamicPartition),
    ];

    /// <summary>Adds slices into a tensor of zeros with <paramref name="rows"/> (an int64 vector of one) along axis 0; the other extents are the slices'.</summary>
    public static Value ScatterRows(OnnxBuilder b, Value data, Value rowOf, Value rows, double initial, string reduction)
    {
        Value shape = b.Concat(0, rows, b.ShapeOf(data, 1));
        return ScatterInto(b, b.ExpandTo(b.Scalar(data.Type, initial), shape), b.Unsqueeze(b.AsVector(rowOf), 1), data, reduction);
    }

    private static Value Indices(LoweringContext c, Value x) => c.Onnx.Cast(x, DataType.Int64);

    // ONNX Runtime adds and compares no 16-bit floats here.
    private static Value ScatterInto(OnnxBuilder b, Value target, Value indices, Value updates, string reduction)
    {
        if (reduction == "none")
        {
            return b.Emit("ScatterND", [target, indices, updates]);
        }

        DataType compute = target.Type is DataType.BFloat16 or DataType.Float16 ? DataType.Float32 : target.Type;
        return b.Cast(b.Emit("ScatterND", [b.Cast(target, compute), indices, b.Cast(updates, compute)], ("reduction", AttributeValue.Of(reduction))), target.Type);
    }

    private static Value Gather(LoweringContext c, Value data, Value indices, long axis, long batch)
    {
        OnnxBuilder b = c.Onnx;
        if (batch == 0)
        {
            return b.Emit("Gather", [data, indices.Type is DataType.Int32 or DataType.Int64 ? indices : b.Cast(indices, DataType.Int64)], ("axis", AttributeValue.Of(axis)));
        }

        batch = batch < 0 ? batch + c.RankOf(indices) : batch;
        axis = axis < 0 ? axis + c.RankOf(data) : axis;
        Value places = b.Unsqueeze(b.Cast(indices, DataType.Int64), -1);
        if (axis == batch)
        {
            return b.Emit("GatherND", [data, places], ("batch_dims", AttributeValue.Of(batch)));
        }

        // The axis is brought behind the batch axes; in the result the axes it jumped over go back before the indices'.
        int rank = c.RankOf(data);
        int found = c.RankOf(indices) - (int)batch;
        long[] forward = [.. Range(0, batch), axis, .. Range(batch, axis), .. Range(axis + 1, rank)];
        Value result = b.Emit("GatherND", [b.Transpose(data, forward), places], ("batch_dims", AttributeValue.Of(batch)));
        long jumped = axis - batch;
        return b.Transpose(result, [.. Range(0, batch), .. Range(batch + found, batch + found + jumped), .. Range(batch, batch + found), .. Range(batch + found + jumped, rank + found - 1)]);
    }

    private static IEnumerable<long> Range(long from, long to)
    {
        for (long i = from; i < to; i++)
        {
            yield return i;
        }
    }

    // Updates to one place add up.
    private static void ScatterNd(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value updates = c.Input(1);
        Value zeros = b.ExpandTo(b.Scalar(updates.Type, 0), b.AsVector(c.Input(2)));
        c.SetOutput(ScatterInto(b, zeros, Indices(c, c.Input(0)), updates, "add"));
    }

    private static void Scatter(LoweringContext c, string reduction) => c.SetOutput(ScatterInto(c.Onnx, c.Input(0), Indices(c, c.Input(1)), c.Input(2), reduction));

    private static void TensorScatterSub(LoweringContext c)
        => c.SetOutput(ScatterInto(c.Onnx, c.Input(0), Indices(c, c.Input(1)), UnaryMathLowerings.Negate(c.Onnx, c.Input(2)), "add"));

    // Indices come as a scalar, a vector, or [count, rank]; values as one for all or one each.
    private static void SparseToDense(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value shape = b.AsVector(c.Input(1));
        Value indices = b.Reshape(b.Cast(c.Input(0), DataType.Int64), b.Concat(0, b.Int64s(-1), b.ShapeOf(shape)));
        Value values = b.ExpandTo(c.Input(2), b.ShapeOf(indices, 0, 1));
        Value target = b.ExpandTo(b.Cast(b.Reshape(c.Input(3), []), values.Type), shape);
        c.SetOutput(ScatterInto(b, target, indices, values, "none"));
    }

    // The sparse matrix is laid out whole: indices [count, 2], values, shape.
    private static void SparseProduct(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value values = c.Input(1);
        Value zeros = b.ExpandTo(b.Scalar(values.Type, 0), b.AsVector(c.Input(2)));
        Value left = ScatterInto(b, zeros, b.Cast(c.Input(0), DataType.Int64), values, "add");
        left.Shape ??= OnnxInference.OfRank(2);
        left = c.Attributes.GetBoolean("adjoint_a") ? b.Transpose(left, 1, 0) : left;
        Value right = c.Attributes.GetBoolean("adjoint_b") ? b.Transpose(c.Input(3), 1, 0) : c.Input(3);
        c.SetOutput(b.Emit("MatMul", [left, right]));
    }

    // Rows of all parts go to the places named; later parts win.
    private static void DynamicStitch(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        int parts = c.InputCount / 2;
        Value? rowShape = null;
        Value? result = null;
        Value[] places = new Value[parts];
        for (int i = 0; i < parts; i++)
        {
            places[i] = b.AsVector(c.Input(i));
        }

        Value all = b.Concat(0, places);
        Value largest = b.Emit("ReduceMax", [b.Concat(0, b.Int64s(-1), all)], ("keepdims", AttributeValue.Of(1L)));
        Value rows = b.Add(largest, b.Int64s(1));
        for (int i = 0; i < parts; i++)
        {
            Value data = c.Input(parts + i);
            rowShape ??= RowShape(b, data, c.Input(i));
            Value flat = b.Reshape(data, b.Concat(0, b.ShapeOf(places[i]), rowShape));
            result ??= b.ExpandTo(b.Scalar(data.Type, 0), b.Concat(0, rows, rowShape));
            result = ScatterInto(b, result, b.Unsqueeze(places[i], 1), flat, "none");
        }

        c.SetOutput(result ?? throw new LoweringException("there is nothing to stitch"));
    }

    private static void DynamicPartition(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value data = c.Input(0);
        Value part = b.AsVector(c.Input(1));
        Value flat = b.Reshape(data, b.Concat(0, b.ShapeOf(part), RowShape(b, data, c.Input(1))));
        for (int i = 0; i < Math.Min(c.Attributes.GetInteger("num_partitions", 1), c.Node.Outputs.Count); i++)
        {
            Value chosen = b.Emit("Equal", [part, b.Scalar(DataType.Int64, i)]);
            c.SetOutput(i, b.OnData("Compress", flat, [chosen], ("axis", AttributeValue.Of(0L))));
        }
    }

    // What of the data's shape lies behind the axes that the indices cover.
    private static Value RowShape(OnnxBuilder b, Value data, Value indices) => indices.Shape is { } s
        ? b.ShapeOf(data, s.Rank)
        : b.Emit("Slice", [b.ShapeOf(data), b.ShapeOf(b.ShapeOf(indices)), b.Int64s(long.MaxValue)]);
}
