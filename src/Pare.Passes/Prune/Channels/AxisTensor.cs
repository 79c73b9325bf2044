namespace Pare.Passes.Prune;

/// <summary>A tensor as <see cref="AxisSpace"/> sees it: its extents as observed, and where the indices of each axis stand among all.</summary>
internal sealed class AxisTensor
{
    public AxisTensor(Value? value, long[] shape, int[] offsets)
    {
        Value = value;
        Shape = shape;
        Offsets = offsets;
    }

    /// <summary>The value; null for an intermediate that no operator makes.</summary>
    public Value? Value { get; }

    public long[] Shape { get; }

    public int[] Offsets { get; }

    public int Rank => Shape.Length;

    /// <summary>An axis counted from the end made one counted from the start; -1 where it is none.</summary>
    public int Axis(long axis)
    {
        long a = axis < 0 ? axis + Rank : axis;
        return a >= 0 && a < Rank ? (int)a : -1;
    }
}
