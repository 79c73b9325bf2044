namespace Pare.Codecs;

/// <summary>
/// Weights and weighted sums of the non-empty cells of a line, as prefix sums: what a dynamic programme over segments needs. Cell i spans
/// [Weights[i], Weights[i+1]) in mass.
/// </summary>
internal sealed class Cells
{
    private readonly double[] _weights;
    private readonly double[] _sums;

    /// <summary>Builds prefix sums; empty cells are dropped.</summary>
    public Cells(ReadOnlySpan<double> weights, ReadOnlySpan<double> sums)
    {
        int n = 0;
        foreach (double w in weights)
        {
            n += w > 0 ? 1 : 0;
        }

        _weights = new double[n + 1];
        _sums = new double[n + 1];
        int at = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                _weights[at + 1] = _weights[at] + weights[i];
                _sums[at + 1] = _sums[at] + sums[i];
                at++;
            }
        }
    }

    /// <summary>Number of cells.</summary>
    public int Count => _weights.Length - 1;

    /// <summary>Prefix sums of weights, one more than cells.</summary>
    public double[] WeightPrefix => _weights;

    /// <summary>Prefix sums of weighted values, one more than cells.</summary>
    public double[] SumPrefix => _sums;

    /// <summary>How much less squared error the cells [from, to) have around their mean than around 0: S²/N.</summary>
    public double Gain(int from, int to)
    {
        double s = _sums[to] - _sums[from];
        double n = _weights[to] - _weights[from];
        return n > 0 ? s * s / n : 0;
    }

    /// <summary>Mean of the cells [from, to).</summary>
    public double Mean(int from, int to) => (_sums[to] - _sums[from]) / (_weights[to] - _weights[from]);

    /// <summary>The prefix sums at chosen boundaries only: cells merged into groups.</summary>
    public Cells Merge(ReadOnlySpan<int> boundaries)
    {
        double[] w = new double[boundaries.Length - 1];
        double[] s = new double[boundaries.Length - 1];
        for (int i = 0; i + 1 < boundaries.Length; i++)
        {
            w[i] = _weights[boundaries[i + 1]] - _weights[boundaries[i]];
            s[i] = _sums[boundaries[i + 1]] - _sums[boundaries[i]];
        }

        return new Cells(w, s);
    }
}
