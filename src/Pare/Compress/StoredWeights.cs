namespace Pare.Compress;

/// <summary>Reads constants that may be stored in fewer bits.</summary>
internal static class StoredWeights
{
    /// <summary>The real numbers that a constant stands for: <c>scale · (code - zero point)</c>, with a scale for the tensor, an index of an axis, or a group of the innermost axis.</summary>
    public static float[] Real(Value value)
    {
        float[] values = value.Constant!.ToFloats();
        if (value.Quantization is not { Scales.Length: > 0 } q || value.Type.IsFloat())
        {
            return values;
        }

        TensorShape shape = value.Constant.Shape;
        int channels = q.Axis is { } axis ? (int)shape[axis] : 1;
        long inner = 1;
        for (int d = (q.Axis ?? shape.Rank - 1) + 1; d < shape.Rank; d++)
        {
            inner *= shape[d];
        }

        long row = shape.Rank == 0 ? 1 : shape[-1];
        long groups = q.GroupSize > 0 ? (row + q.GroupSize - 1) / q.GroupSize : 1;
        for (int i = 0; i < values.Length; i++)
        {
            long channel = q.Axis is null ? 0 : i / inner % channels;
            long at = groups > 1 ? (channel * groups) + (i % row / q.GroupSize) : channel;
            values[i] = q.Scales[(int)Math.Min(at, q.Scales.Length - 1)] * (values[i] - (q.ZeroPoints.Length == 0 ? 0 : q.ZeroPoints[(int)Math.Min(at, q.ZeroPoints.Length - 1)]));
        }

        return values;
    }

    /// <summary>Bits an element: the entropy of codes, else the width of the type.</summary>
    public static double Bits(Value value) => value.Type is DataType.Int8 or DataType.Int4 or DataType.Int2
        ? LayerPlans.Entropy([.. value.Constant!.ToFloats().Select(v => (sbyte)v)])
        : value.Type.BitWidth();
}
