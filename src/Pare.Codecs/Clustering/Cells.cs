using System.Buffers;

namespace Pare.Codecs;

/// <summary>
/// Weights and weighted sums of the non-empty cells of a line, as prefix sums: what a dynamic programme over segments needs. Cell i spans
/// [WeightPrefix[i], WeightPrefix[i+1]) in mass. The arrays are rented: a model's worth of them would keep the large object heap busy.
/// </summary>
internal sealed class Cells : IDisposable
{
    private double[] _weights;
    private double[] _sums;

    /// <summary>Builds prefix sums; empty cells are dropped.</summary>
    public Cells(ReadOnlySpan<double> weights, ReadOnlySpan<double> sums)
        : this(weights.Length)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                Append(weights[i], sums[i]);
            }
        }
    }

    private Cells(int capacity)
    {
        _weights = ArrayPool<double>.Shared.Rent(capacity + 1);
        _sums = ArrayPool<double>.Shared.Rent(capacity + 1);
        _weights[0] = 0;
        _sums[0] = 0;
    }

    /// <summary>A cell for each distinct one of sorted values.</summary>
    public static Cells OfSorted(ReadOnlySpan<float> values)
    {
        Cells cells = new(values.Length);
        for (int from = 0; from < values.Length;)
        {
            float value = values[from];
            int to = from + 1;
            while (to < values.Length && values[to] == value)
            {
                to++;
            }

            double weight = to - from;
            cells.Append(weight, weight * value);
            from = to;
        }

        return cells;
    }

    /// <summary>Number of cells.</summary>
    public int Count { get; private set; }

    /// <summary>Prefix sums of weights, one more than cells; the array may be longer.</summary>
    public double[] WeightPrefix => _weights;

    /// <summary>Prefix sums of weighted values, one more than cells; the array may be longer.</summary>
    public double[] SumPrefix => _sums;

    /// <summary>Weight of all cells.</summary>
    public double TotalWeight => _weights[Count];

    /// <summary>How much less squared error the cells [from, to) have around their mean than around 0: S²/N.</summary>
    public double Gain(int from, int to)
    {
        double s = _sums[to] - _sums[from];
        double n = _weights[to] - _weights[from];
        return n > 0 ? s * s / n : 0;
    }

    /// <summary>Mean of the cells [from, to).</summary>
    public double Mean(int from, int to) => (_sums[to] - _sums[from]) / (_weights[to] - _weights[from]);

    /// <summary>Squared error of the cells' means around the means of their segments (0 for the zero segment); what lies within the cells is not in it.</summary>
    public double Error(Segmentation cut)
    {
        double error = 0;
        for (int j = 0; j + 1 < cut.Boundaries.Length; j++)
        {
            int to = cut.Boundaries[j + 1];
            double center = j == cut.ZeroSegment ? 0 : Mean(cut.Boundaries[j], to);
            for (int i = cut.Boundaries[j]; i < to; i++)
            {
                double weight = _weights[i + 1] - _weights[i];
                double distance = ((_sums[i + 1] - _sums[i]) / weight) - center;
                error += distance * distance * weight;
            }
        }

        return error;
    }

    /// <summary>The prefix sums at chosen boundaries only: cells merged into groups.</summary>
    public Cells Merge(ReadOnlySpan<int> boundaries)
    {
        Cells merged = new(boundaries.Length);
        for (int i = 0; i + 1 < boundaries.Length; i++)
        {
            double weight = _weights[boundaries[i + 1]] - _weights[boundaries[i]];
            if (weight > 0)
            {
                merged.Append(weight, _sums[boundaries[i + 1]] - _sums[boundaries[i]]);
            }
        }

        return merged;
    }

    /// <summary>Gives the arrays back.</summary>
    public void Dispose()
    {
        if (_weights.Length > 0)
        {
            ArrayPool<double>.Shared.Return(_weights);
            ArrayPool<double>.Shared.Return(_sums);
            _weights = [];
            _sums = [];
        }
    }

    private void Append(double weight, double sum)
    {
        _weights[Count + 1] = _weights[Count] + weight;
        _sums[Count + 1] = _sums[Count] + sum;
        Count++;
    }
}
