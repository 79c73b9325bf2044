namespace Pare.Passes.Conversion;

/// <summary>
/// Emits operators in an element type that ONNX Runtime computes in. Where it has no kernel for a type, the operands are cast to a wider one that gives the same
/// result, and the result is cast back (a cast to a narrower integer wraps, as arithmetic in the narrow type would).
/// </summary>
internal static class Kernels
{
    /// <summary>The type to compute an operator's result in, for operands of <paramref name="type"/>.</summary>
    public static DataType ComputeType(string @operator, DataType type)
    {
        if (type == DataType.BFloat16)
        {
            return @operator is "Concat" or "Slice" or "Gather" or "GatherND" or "ScatterND" or "Split" or "Transpose" ? type : DataType.Float32;
        }

        return @operator switch
        {
            "Max" or "Min" or "TopK" or "ArgMax" or "ArgMin" or "ReduceMax" or "ReduceMin" when type is DataType.UInt16 or DataType.Int16 => DataType.Int32,
            "TopK" or "ArgMax" or "ArgMin" or "ReduceMax" or "ReduceMin" when type is DataType.UInt32 or DataType.UInt64 => DataType.Int64,
            "ArgMax" or "ArgMin" when type == DataType.Boolean => DataType.UInt8,
            "Pow" or "CumSum" or "ReduceSum" or "ReduceProd" or "ReduceMean" when type is DataType.UInt8 or DataType.Int8 or DataType.UInt16 or DataType.Int16 => DataType.Int32,
            "Pow" or "CumSum" or "ReduceSum" or "ReduceProd" or "ReduceMean" when type is DataType.UInt32 or DataType.UInt64 => DataType.Int64,
            "Range" when type is DataType.Float16 => DataType.Float32,
            "Range" when type is DataType.UInt8 or DataType.Int8 or DataType.UInt16 => DataType.Int32,
            "Range" when type is DataType.UInt32 or DataType.UInt64 => DataType.Int64,
            "Where" when type is DataType.UInt16 or DataType.Int16 => DataType.Int32,
            "Where" when type == DataType.UInt64 => DataType.Int64,
            "Where" when type == DataType.Boolean => DataType.UInt8,
            "Pad" when type is DataType.UInt16 or DataType.Int16 => DataType.Int32,
            "Unique" when type is DataType.UInt8 or DataType.UInt16 or DataType.Int16 or DataType.Int32 or DataType.UInt32 or DataType.UInt64 => DataType.Int64,
            "NonZero" when type is DataType.Int8 or DataType.UInt16 or DataType.Int16 or DataType.UInt32 or DataType.UInt64 or DataType.Float64 => DataType.Boolean,
            "Erf" or "Asin" or "Acos" or "Atan" or "Softplus" when type == DataType.Float64 => DataType.Float32,
            _ => type,
        };
    }

    /// <summary>Emits an elementwise operator whose operands and result are of one type.</summary>
    public static Value Elementwise(this OnnxBuilder b, string @operator, params ReadOnlySpan<Value> operands)
        => b.Apply(@operator, operands, []);

    /// <summary>Emits an operator whose operands and result are of one type, with attributes.</summary>
    public static Value Apply(this OnnxBuilder b, string @operator, ReadOnlySpan<Value> operands, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        DataType type = operands[0].Type;
        DataType compute = ComputeType(@operator, type);
        Value?[] inputs = new Value?[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            inputs[i] = b.Cast(operands[i], compute);
        }

        return b.Cast(b.Emit(@operator, inputs, attributes), type);
    }

    /// <summary>Emits a comparison: operands of one type, a boolean result.</summary>
    public static Value Compare(this OnnxBuilder b, string @operator, Value x, Value y)
    {
        DataType compute = ComputeType(@operator, x.Type);
        if (compute == DataType.Boolean && @operator != "Equal")
        {
            compute = DataType.UInt8;
        }

        return b.Emit(@operator, [b.Cast(x, compute), b.Cast(y, compute)]);
    }

    /// <summary>condition ? x : y with broadcasting, for every element type.</summary>
    public static Value Select(this OnnxBuilder b, Value condition, Value x, Value y)
    {
        DataType type = x.Type;
        DataType compute = ComputeType("Where", type);
        return b.Cast(b.Emit("Where", [condition, b.Cast(x, compute), b.Cast(y, compute)]), type);
    }

    /// <summary>Emits an operator that has data as its first input and something else (axes, bounds) behind, and gives data of the same type.</summary>
    public static Value OnData(this OnnxBuilder b, string @operator, Value data, ReadOnlySpan<Value?> others, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
        => b.Cast(b.Emit(@operator, [b.Cast(data, ComputeType(@operator, data.Type)), .. others], attributes), data.Type);

    /// <summary>Repeats to a shape (an int64 vector), for every element type.</summary>
    public static Value ExpandTo(this OnnxBuilder b, Value x, Value shape) => b.OnData("Expand", x, [shape]);

    /// <summary>An integer value as an int64 vector, whatever its rank.</summary>
    public static Value AsVector(this OnnxBuilder b, Value x)
    {
        Value wide = b.Cast(x, DataType.Int64);
        return wide.Shape?.Rank == 1 ? wide : b.Reshape(wide, -1);
    }

    /// <summary>An integer value as an int64 scalar.</summary>
    public static Value AsScalar(this OnnxBuilder b, Value x)
    {
        Value wide = b.Cast(x, DataType.Int64);
        return wide.Shape?.Rank == 0 ? wide : b.Reshape(wide, []);
    }

    /// <summary>0, 1, … up to but not with an int64 scalar.</summary>
    public static Value Indices(this OnnxBuilder b, Value count)
        => b.Emit("Range", [b.Scalar(DataType.Int64, 0), count, b.Scalar(DataType.Int64, 1)]);

    /// <summary>Rank as an int64 scalar, constant where known.</summary>
    public static Value RankScalar(this OnnxBuilder b, Value x)
        => x.Shape is { } s ? b.Scalar(DataType.Int64, s.Rank) : b.Emit("Size", [b.ShapeOf(x)]);

    /// <summary>A vector of <paramref name="count"/> (an int64 scalar) equal int64 elements.</summary>
    public static Value Repeated(this OnnxBuilder b, long value, Value count)
        => b.AllElements(count) is [var known and >= 0 and <= 64]
            ? b.Int64s([.. Enumerable.Repeat(value, (int)known)])
            : b.Emit("Expand", [b.Scalar(DataType.Int64, value), b.AsVector(count)]);

    /// <summary>One value everywhere, in the shape of another tensor.</summary>
    public static Value FilledLike(this OnnxBuilder b, Value x, DataType type, double value)
        => x.Shape?.ToStatic() is { Count: <= 64 } shape
            ? b.Constant(OnnxBuilder.Filled(type, shape, value))
            : b.ExpandTo(b.Scalar(type, value), b.ShapeOf(x));
}
