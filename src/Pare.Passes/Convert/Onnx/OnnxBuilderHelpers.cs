namespace Pare.Passes.Conversion;

/// <summary>The nodes that every lowering needs, left out where they would do nothing.</summary>
internal static class OnnxBuilderHelpers
{
    /// <summary>An attribute value of integers.</summary>
    public static AttributeValue Ints(params ReadOnlySpan<long> values) => AttributeValue.Of([.. values]);

    /// <summary>Converts the element type; nothing where it is already so.</summary>
    public static Value Cast(this OnnxBuilder b, Value x, DataType type) => x.Type == type ? x : b.Emit("Cast", [x], ("to", AttributeValue.Of(type)));

    /// <summary>Computes in binary32 where ONNX Runtime has no kernel for the type (binary64, bfloat16, integers); binary16 is cared for by the runtime itself.</summary>
    public static Value AsFloat(this OnnxBuilder b, Value x) => x.Type is DataType.Float32 or DataType.Float16 or DataType.Undefined ? x : b.Cast(x, DataType.Float32);

    /// <summary>Reshapes to constant extents: 0 means an extent of 0, one -1 the rest.</summary>
    public static Value Reshape(this OnnxBuilder b, Value x, params ReadOnlySpan<long> shape) => b.Reshape(x, b.Int64s(shape));

    /// <summary>Reshapes to computed int64 extents: 0 means an extent of 0, one -1 the rest.</summary>
    public static Value Reshape(this OnnxBuilder b, Value x, Value shape)
    {
        if (x.Constant is { Type: not DataType.String } content && b.AllElements(shape) is { } extents)
        {
            return b.Constant(new TensorView(content, content.Type, Resolve(extents, content.Count)), x.Name + "/reshaped");
        }

        // A -1 beside a 0 is refused by ONNX when 0 is taken literally; where no 0 is known to be there the plain form serves.
        bool zero = b.Elements(shape) is not { } e || Array.Exists(e, d => d is null or 0);
        bool rest = b.Elements(shape) is { } f && Array.Exists(f, d => d == -1);
        return zero && !rest ? b.Emit("Reshape", [x, shape], ("allowzero", AttributeValue.Of(1))) : b.Emit("Reshape", [x, shape]);
    }

    /// <summary>Permutes the axes: axis i of the result is axis <paramref name="permutation"/>[i] of <paramref name="x"/>. Constants are permuted at once.</summary>
    public static Value Transpose(this OnnxBuilder b, Value x, params ReadOnlySpan<long> permutation)
    {
        bool identity = true;
        for (int i = 0; i < permutation.Length; i++)
        {
            identity &= permutation[i] == i;
        }

        if (identity)
        {
            return x;
        }

        return x.Constant is { } c && c.Type.BitWidth() >= 8 && c.ByteLength <= Array.MaxLength
            ? b.Constant(TransposedTensorData.Of(c, permutation), x.Name + "/transposed")
            : b.Emit("Transpose", [x], ("perm", Ints(permutation)));
    }

    /// <summary>Extent <paramref name="axis"/> as an int64 vector of one element, constant where known.</summary>
    public static Value Extent(this OnnxBuilder b, Value x, int axis) => b.Emit("Shape", [x], ("start", AttributeValue.Of((long)axis)), ("end", AttributeValue.Of(axis + 1L)));

    /// <summary>Extent along an axis where it is known, else null.</summary>
    public static long? KnownExtent(Value x, int axis) => x.Shape is { } s && axis < s.Rank ? s[axis].Value : null;

    /// <summary>Inserts axes of extent 1.</summary>
    public static Value Unsqueeze(this OnnxBuilder b, Value x, params ReadOnlySpan<long> axes) => axes.Length == 0 ? x : b.Emit("Unsqueeze", [x, b.Int64s(axes)]);

    /// <summary>Removes axes of extent 1.</summary>
    public static Value Squeeze(this OnnxBuilder b, Value x, params ReadOnlySpan<long> axes) => axes.Length == 0 ? x : b.Emit("Squeeze", [x, b.Int64s(axes)]);

    /// <summary>The extents as an int64 vector.</summary>
    public static Value ShapeOf(this OnnxBuilder b, Value x) => b.Emit("Shape", [x]);

    /// <summary>The extents from <paramref name="start"/> on, up to but not with <paramref name="end"/> (negative counts from the end; null is the end).</summary>
    public static Value ShapeOf(this OnnxBuilder b, Value x, long start, long? end = null) => end is { } e
        ? b.Emit("Shape", [x], ("start", AttributeValue.Of(start)), ("end", AttributeValue.Of(e)))
        : b.Emit("Shape", [x], ("start", AttributeValue.Of(start)));

    /// <summary>Joins along an axis; a single part is itself.</summary>
    public static Value Concat(this OnnxBuilder b, long axis, params ReadOnlySpan<Value> parts)
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

        return b.Emit("Concat", inputs, ("axis", AttributeValue.Of(axis)));
    }

    /// <summary>A part with constant bounds along constant axes.</summary>
    public static Value Slice(this OnnxBuilder b, Value x, ReadOnlySpan<long> starts, ReadOnlySpan<long> ends, ReadOnlySpan<long> axes, ReadOnlySpan<long> steps = default)
        => steps.Length == 0 ? b.Emit("Slice", [x, b.Int64s(starts), b.Int64s(ends), b.Int64s(axes)]) : b.Emit("Slice", [x, b.Int64s(starts), b.Int64s(ends), b.Int64s(axes), b.Int64s(steps)]);

    /// <summary>x + y with broadcasting.</summary>
    public static Value Add(this OnnxBuilder b, Value x, Value y) => b.Emit("Add", [x, y]);

    /// <summary>x - y with broadcasting.</summary>
    public static Value Sub(this OnnxBuilder b, Value x, Value y) => b.Emit("Sub", [x, y]);

    /// <summary>x · y with broadcasting.</summary>
    public static Value Mul(this OnnxBuilder b, Value x, Value y) => b.Emit("Mul", [x, y]);

    /// <summary>x / y with broadcasting (integers truncate toward zero).</summary>
    public static Value Div(this OnnxBuilder b, Value x, Value y) => b.Emit("Div", [x, y]);

    /// <summary>condition ? x : y with broadcasting.</summary>
    public static Value Where(this OnnxBuilder b, Value condition, Value x, Value y) => b.Emit("Where", [condition, x, y]);

    /// <summary>Reduces over constant axes; none reduces nothing.</summary>
    public static Value Reduce(this OnnxBuilder b, string @operator, Value x, ReadOnlySpan<long> axes, bool keepDimensions)
        => b.Emit(@operator, [x, b.Int64s(axes)], ("keepdims", AttributeValue.Of(keepDimensions ? 1L : 0L)), ("noop_with_empty_axes", AttributeValue.Of(1L)));

    private static TensorShape Resolve(long[] extents, long count)
    {
        int rest = Array.IndexOf(extents, -1);
        if (rest >= 0)
        {
            long known = extents.Where(e => e != -1).Aggregate(1L, (p, e) => p * e);
            extents[rest] = known == 0 ? 0 : count / known;
        }

        TensorShape shape = new(extents);
        return shape.Count == count ? shape : throw new LoweringException($"{count} elements cannot take the shape {shape}");
    }
}
