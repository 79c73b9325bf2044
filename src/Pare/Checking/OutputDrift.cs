namespace Pare.Workflows;

/// <summary>Collects how far outputs lie apart. Not thread-safe.</summary>
internal sealed class OutputDrift
{
    public double MaxAbs { get; private set; }

    public double MaxRelative { get; private set; }

    /// <summary>Compares one output. What cannot be compared (another shape, other strings, NaN on one side only) counts as infinitely far.</summary>
    public void Add(TensorData before, TensorData after)
    {
        if (!before.Shape.Equals(after.Shape) || (before.Type == DataType.String) != (after.Type == DataType.String))
        {
            SetInfinite();
            return;
        }

        if (before.Type == DataType.String)
        {
            IReadOnlyList<ReadOnlyMemory<byte>> x = before.GetStrings();
            IReadOnlyList<ReadOnlyMemory<byte>> y = after.GetStrings();
            for (int i = 0; i < x.Count; i++)
            {
                if (!x[i].Span.SequenceEqual(y[i].Span))
                {
                    SetInfinite();
                }
            }

            return;
        }

        float[] a = before.ToFloats();
        float[] b = after.ToFloats();
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (float.IsFinite(a[i]))
            {
                largest = Math.Max(largest, Math.Abs((double)a[i]));
            }

            if (a[i].Equals(b[i]))
            {
                continue;
            }

            double d = Math.Abs((double)a[i] - b[i]);
            difference = Math.Max(difference, double.IsNaN(d) ? double.PositiveInfinity : d);
        }

        MaxAbs = Math.Max(MaxAbs, difference);
        MaxRelative = Math.Max(MaxRelative, difference == 0 ? 0 : largest == 0 ? double.PositiveInfinity : difference / largest);
    }

    private void SetInfinite()
    {
        MaxAbs = double.PositiveInfinity;
        MaxRelative = double.PositiveInfinity;
    }
}
