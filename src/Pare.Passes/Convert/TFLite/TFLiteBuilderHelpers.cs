namespace Pare.Passes.Conversion;

/// <summary>The nodes that every lowering needs, left out where they would do nothing.</summary>
internal static class TFLiteBuilderHelpers
{
    // Larger constants of a narrow type are converted at run time: the file would grow.
    private const int MostFolded = 4096;

    /// <summary>No activation, as every options table with the field says it.</summary>
    public static (string Name, AttributeValue Value) NoActivation => ("fused_activation_function", AttributeValue.Of("NONE"));

    /// <summary>The value with its axes in ONNX's order.</summary>
    public static Value Straight(this TFLiteBuilder b, LaidValue x) => x.Order is null ? x.Value : b.Laid(x, AxisOrder.Identity(x.Order.Length));

    /// <summary>The value with its axes in a given order.</summary>
    public static Value Laid(this TFLiteBuilder b, LaidValue x, int[] order) => b.Transpose(x.Value, AxisOrder.Between(x.Order, order));

    /// <summary>Permutes the axes: axis i of the result is axis <paramref name="permutation"/>[i] of <paramref name="x"/>. Constants are permuted at once; where only axes of extent 1 move, a RESHAPE does.</summary>
    public static Value Transpose(this TFLiteBuilder b, Value x, params ReadOnlySpan<int> permutation)
    {
        if (AxisOrder.OrNull(permutation.ToArray()) is not { } order)
        {
            return x;
        }

        if (x.Constant is { } c && c.Type.BitWidth() >= 8 && c.ByteLength <= Array.MaxLength)
        {
            return b.Constant(TransposedTensorData.Of(c, Array.ConvertAll(order, p => (long)p)), x.Name);
        }

        if (x.Shape is { } s && s.Rank == order.Length)
        {
            int[] moving = [.. order.Where(p => s[p].Value != 1)];
            bool still = true;
            for (int i = 1; i < moving.Length; i++)
            {
                still &= moving[i - 1] < moving[i];
            }

            if (still && s.Dimensions.Count(d => d.Value is null) <= 1)
            {
                return b.Reshape(x, [.. order.Select(p => s[p].Value ?? -1)]);
            }
        }

        // A transpose of a transpose is one.
        if (x.Producer is { Operator: "TRANSPOSE" } before && b.AllElements(before.Inputs[1]) is { } earlier)
        {
            return b.Transpose(before.Inputs[0]!, Array.ConvertAll(order, p => (int)earlier[p]));
        }

        return b.Emit("TRANSPOSE", [x, b.Int32s(Array.ConvertAll(order, p => (long)p))]);
    }

    /// <summary>Reshapes to constant extents; one may be -1, the rest.</summary>
    public static Value Reshape(this TFLiteBuilder b, Value x, params ReadOnlySpan<long> shape)
    {
        if (x.Shape?.ToStatic() is { } known)
        {
            long[] target = shape.ToArray();
            int rest = Array.IndexOf(target, -1);
            if (rest >= 0)
            {
                long product = target.Where(e => e != -1).Aggregate(1L, (p, e) => p * e);
                target[rest] = product == 0 ? 0 : known.Count / product;
            }

            if (known.Dimensions.SequenceEqual(target))
            {
                return x;
            }

            if (x.Constant is { } content && content.Type.BitWidth() > 0)
            {
                TensorShape wanted = new(target);
                return wanted.Count == content.Count ? b.Constant(new TensorView(content, content.Type, wanted), x.Name) : throw new LoweringException($"{content.Count} elements cannot take the shape {wanted}");
            }

            shape = target;
        }
        else if (x.Shape is { } s && s.Rank == shape.Length && s.Dimensions.Count(d => d.Value is null) == 1)
        {
            // Open along the same axis and otherwise alike: nothing to do.
            bool same = true;
            for (int i = 0; i < shape.Length; i++)
            {
                same &= (s[i].Value ?? -1) == shape[i];
            }

            if (same)
            {
                return x;
            }
        }

        return b.Reshape(x, b.Int32s(shape));
    }

    /// <summary>Reshapes to computed extents.</summary>
    public static Value Reshape(this TFLiteBuilder b, Value x, Value shape)
    {
        if (b.Elements(shape) is { } e && e.Count(d => d is null) == 1 && !e.Contains(-1) && !e.Contains(0))
        {
            shape = b.Int32s([.. e.Select(d => d ?? -1)]);
        }

        // A reshape of a reshape is one.
        while (x.Producer is { Operator: "RESHAPE" } before && b.Elements(shape) is { } target && !target.Contains(0))
        {
            x = before.Inputs[0]!;
        }

        return b.Emit("RESHAPE", [x, b.Cast(shape, DataType.Int32)]);
    }

    /// <summary>Reshapes to dimensions of which the open ones are read from values where more than one is open.</summary>
    /// <param name="b">The builder.</param>
    /// <param name="x">What is reshaped.</param>
    /// <param name="extents">Known extents, or a value of one element (a vector or a scalar) each.</param>
    public static Value Reshape(this TFLiteBuilder b, Value x, IReadOnlyList<(long? Known, Value? Computed)> extents)
        => extents.Count(e => e.Known is null) <= 1
            ? b.Reshape(x, [.. extents.Select(e => e.Known ?? -1)])
            : b.Reshape(x, b.Join([.. extents.Select(e => e.Known is { } k ? b.Int32s(k) : b.Reshape(b.Cast(e.Computed!, DataType.Int32), 1))]));

    /// <summary>A value of one element as a scalar.</summary>
    public static Value ToScalar(this TFLiteBuilder b, Value x) => b.Reshape(x, ReadOnlySpan<long>.Empty);

    /// <summary>Extent <paramref name="axis"/> as a known number or a vector of one int32.</summary>
    public static (long? Known, Value? Computed) Extent(this TFLiteBuilder b, Value x, int axis)
        => x.Shape is { } s && s[axis].Value is { } known ? (known, null) : (null, b.Part(b.ShapeOf(x), axis, axis + 1));

    /// <summary>The extents as an int32 vector.</summary>
    public static Value ShapeOf(this TFLiteBuilder b, Value x) => b.Emit("SHAPE", [x], ("out_type", AttributeValue.Of("INT32")));

    /// <summary>Elements of a vector from <paramref name="from"/> up to but not with <paramref name="to"/>.</summary>
    public static Value Part(this TFLiteBuilder b, Value vector, long from, long to)
        => b.Emit("STRIDED_SLICE", [vector, b.Int32s(from), b.Int32s(to), b.Int32s(1)]);

    /// <summary>Vectors joined to one.</summary>
    public static Value Join(this TFLiteBuilder b, params ReadOnlySpan<Value> vectors) => b.Concat(0, vectors);

    /// <summary>Joins along an axis; a single part is itself.</summary>
    public static Value Concat(this TFLiteBuilder b, long axis, params ReadOnlySpan<Value> parts)
    {
        if (parts.Length == 1)
        {
            return parts[0];
        }

        Value?[] inputs = new Value?[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            inputs[i] = parts[i];
        }

        return b.Emit("CONCATENATION", inputs, ("axis", AttributeValue.Of(axis)), NoActivation);
    }

    /// <summary>Converts the element type; nothing where it is already so, at once where the content is known.</summary>
    public static Value Cast(this TFLiteBuilder b, Value x, DataType type)
    {
        if (x.Type == type)
        {
            return x;
        }

        if (x.Constant is { } c && Converted(c, type) is { } content)
        {
            return b.Constant(content, x.Name);
        }

        if (x.Producer is { Operator: "SHAPE" } told && type == DataType.Int32)
        {
            return b.ShapeOf(told.Inputs[0]!);
        }

        return b.Emit("CAST", [x], ("in_data_type", AttributeValue.Of(TFLiteTypes.Name(x.Type))), ("out_data_type", AttributeValue.Of(TFLiteTypes.Name(type))));
    }

    /// <summary>Computes with one input.</summary>
    public static Value Unary(this TFLiteBuilder b, string @operator, Value x)
    {
        DataType compute = TFLiteKernels.ComputeType(@operator, x.Type);
        return b.Cast(b.Emit(@operator, [b.Cast(x, compute)], TFLiteKernels.Options(@operator)), x.Type);
    }

    /// <summary>Computes with two inputs, with broadcasting; the result is of the inputs' type.</summary>
    public static Value Binary(this TFLiteBuilder b, string @operator, Value x, Value y)
    {
        DataType compute = TFLiteKernels.ComputeType(@operator, x.Type);
        return b.Cast(b.Emit(@operator, [b.Cast(x, compute), b.Cast(y, compute)], TFLiteKernels.Options(@operator)), x.Type);
    }

    /// <summary>Compares with broadcasting.</summary>
    public static Value Compare(this TFLiteBuilder b, string @operator, Value x, Value y)
    {
        DataType compute = TFLiteKernels.ComputeType(@operator, x.Type);
        return b.Emit(@operator, [b.Cast(x, compute), b.Cast(y, compute)]);
    }

    /// <summary>condition ? x : y with broadcasting.</summary>
    public static Value Select(this TFLiteBuilder b, Value condition, Value x, Value y) => b.Emit("SELECT_V2", [condition, x, y]);

    /// <summary>Reduces over axes of the value.</summary>
    public static Value Reduce(this TFLiteBuilder b, string @operator, Value x, ReadOnlySpan<long> axes, bool keepDimensions)
    {
        DataType compute = TFLiteKernels.ComputeType(@operator, x.Type);
        return b.Cast(b.Emit(@operator, [b.Cast(x, compute), b.Int32s(axes)], ("keep_dims", AttributeValue.Of(keepDimensions))), x.Type);
    }

    private static TensorData? Converted(TensorData c, DataType type)
    {
        if (c.Count > MostFolded || type.BitWidth() == 0 || c.Type.BitWidth() == 0 || c is SparseTensorData)
        {
            return null;
        }

        bool fromWhole = c.Type.IsInteger() || c.Type == DataType.Boolean;
        return (fromWhole, type) switch
        {
            (true, DataType.Int32) => DenseTensorData.Create(Array.ConvertAll(c.ToInt64s(), e => (int)Math.Clamp(e, int.MinValue, int.MaxValue)).AsSpan(), c.Shape),
            (true, DataType.Int64) => DenseTensorData.Create(c.ToInt64s().AsSpan(), c.Shape),
            (_, DataType.Float32) when c.Type.IsFloat() || fromWhole => DenseTensorData.Create(c.ToFloats(), c.Shape),
            _ => null,
        };
    }
}
