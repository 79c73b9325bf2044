namespace Pare.Codecs;

/// <summary>A run of colours that will share one; splitting sorts its part of the array.</summary>
internal sealed class ColorBox
{
    private readonly WeightedColor[] _colors;
    private readonly int _from;
    private readonly int _axis;

    public ColorBox(WeightedColor[] colors, int from, int length)
    {
        (_colors, _from, Length) = (colors, from, length);
        double weight = 0;
        double[] sums = new double[3];
        double[] squares = new double[3];
        foreach (WeightedColor c in colors.AsSpan(from, length))
        {
            weight += c.Count;
            for (int axis = 0; axis < 3; axis++)
            {
                sums[axis] += (double)c.Count * c[axis];
                squares[axis] += (double)c.Count * c[axis] * c[axis];
            }
        }

        double widest = -1;
        for (int axis = 0; axis < 3; axis++)
        {
            double spread = squares[axis] - sums[axis] * sums[axis] / weight;
            Error += spread;
            if (spread > widest)
            {
                (widest, _axis) = (spread, axis);
            }
        }

        Mean = [.. sums.Select(s => s / weight)];
    }

    /// <summary>Number of distinct colours.</summary>
    public int Length { get; }

    /// <summary>Squared error around the mean.</summary>
    public double Error { get; }

    /// <summary>The mean of the three channels.</summary>
    public double[] Mean { get; }

    /// <summary>Cuts along the channel of the widest spread where the two parts' error is least.</summary>
    public (ColorBox Low, ColorBox High) Split()
    {
        Span<WeightedColor> mine = _colors.AsSpan(_from, Length);
        int axis = _axis;
        mine.Sort((a, b) => a[axis] != b[axis] ? a[axis].CompareTo(b[axis]) : (a.Red << 16 | a.Green << 8 | a.Blue).CompareTo(b.Red << 16 | b.Green << 8 | b.Blue));
        double totalWeight = 0;
        double totalSum = 0;
        foreach (WeightedColor c in mine)
        {
            totalWeight += c.Count;
            totalSum += (double)c.Count * c[axis];
        }

        double weight = 0;
        double sum = 0;
        double best = double.NegativeInfinity;
        int cut = 1;
        for (int i = 0; i + 1 < mine.Length; i++)
        {
            weight += mine[i].Count;
            sum += (double)mine[i].Count * mine[i][axis];
            double gain = sum * sum / weight + (totalSum - sum) * (totalSum - sum) / (totalWeight - weight);
            if (gain > best)
            {
                (best, cut) = (gain, i + 1);
            }
        }

        return (new ColorBox(_colors, _from, cut), new ColorBox(_colors, _from + cut, Length - cut));
    }
}
