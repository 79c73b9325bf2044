namespace Pare.Passes.Conversion;

/// <summary>
/// TensorFlow's lists and arrays of tensors as one tensor with the elements along axis 0. A list made with a length but without elements is [n], or [n, 0, …] once
/// the rank of its elements is known; the first element put in fills it up with zeros.
/// </summary>
internal static class TensorLists
{
    /// <summary>A list of a length with nothing in it.</summary>
    /// <param name="b">Builder.</param>
    /// <param name="count">Length: an int64 scalar.</param>
    /// <param name="type">Element type.</param>
    /// <param name="element">Shape of the elements as far as known (-1: not); null where not even the rank is.</param>
    public static Value Reserve(OnnxBuilder b, Value count, DataType type, long[]? element)
    {
        bool whole = element is not null && Array.TrueForAll(element, d => d >= 0);
        Value inner = b.Int64s(element is null ? [] : whole ? element : [.. element.Select(_ => 0L)]);
        Value list = b.ExpandTo(b.Scalar(type, 0), b.Concat(0, b.AsVector(count), inner));
        if (list.Shape is { } s && element is not null && !whole)
        {
            list.Shape = OnnxInference.Shape([s[0], .. Enumerable.Repeat(Dimension.Unknown, element.Length)]);
        }

        return list;
    }

    /// <summary>The list with elements put in at the indices (an int64 vector); items have one more axis than elements.</summary>
    public static Value Put(OnnxBuilder b, Value list, Value indices, Value items)
    {
        int rank = items.Shape?.Rank ?? throw new LoweringException("the rank of what is put into the list is not known");
        if (list.Shape is null or { Rank: 1 } && rank > 1)
        {
            list = b.ExpandTo(b.Scalar(items.Type, 0), b.Concat(0, b.ShapeOf(list, 0, 1), b.Int64s([.. Enumerable.Repeat(0L, rank - 1)])));
        }

        if (rank > 1 && !(list.Shape is { } s && s.Dimensions.Skip(1).Select((d, i) => d.Value is not null && d.Value == items.Shape[i + 1].Value).All(e => e)))
        {
            Value missing = b.Sub(b.ShapeOf(items, 1), b.ShapeOf(list, 1));
            Value pads = b.Concat(0, b.Int64s([.. Enumerable.Repeat(0L, rank + 1)]), missing);
            list = b.Emit("Pad", [list, pads], list.Type, OnnxInference.Shape([list.Shape?[0] ?? default, .. items.Shape.Dimensions.Skip(1)]));
        }

        Value result = b.Emit("ScatterND", [list, b.Unsqueeze(indices, 1), b.Cast(items, list.Type)]);
        return result;
    }

    /// <summary>One element by an index.</summary>
    public static Value Get(OnnxBuilder b, Value list, Value index) => b.Emit("Gather", [list, b.AsScalar(index)], ("axis", AttributeValue.Of(0L)));

    /// <summary>Length as an int64 scalar.</summary>
    public static Value Count(OnnxBuilder b, Value list) => b.Reshape(b.ShapeOf(list, 0, 1), []);
}
