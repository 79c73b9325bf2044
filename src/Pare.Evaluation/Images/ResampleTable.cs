namespace Pare.Evaluation;

/// <summary>
/// For each target position of one axis, the run of source positions it takes and their weights in fixed point of 22 fraction bits, which together with the sum of 8-bit
/// pixels stay within 32 bits.
/// </summary>
internal sealed class ResampleTable
{
    /// <summary>Fraction bits of a weight.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    private readonly int[] _first;
    private readonly int[] _count;
    private readonly int[] _weights;
    private readonly int _stride;

    /// <summary>Computes the weights in binary64 as Pillow does, normalized to the sum 1, then rounded half away from zero.</summary>
    public ResampleTable(int source, int target, ResampleFilter filter)
    {
        double scale = (double)source / target;
        double filterScale = Math.Max(scale, 1);
        double support = filter.Support * filterScale;
        _stride = ((int)Math.Ceiling(support) * 2) + 1;
        _first = new int[target];
        _count = new int[target];
        _weights = new int[checked(target * _stride)];
        double[] w = new double[_stride];
        double inverse = 1 / filterScale;
        for (int i = 0; i < target; i++)
        {
            double center = (i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), source) - first;
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                w[k] = filter.Weight((k + first - center + 0.5) * inverse);
                sum += w[k];
            }

            for (int k = 0; k < count; k++)
            {
                double x = (sum != 0 ? w[k] / sum : w[k]) * (1 << PrecisionBits);
                _weights[(i * _stride) + k] = (int)(x < 0 ? x - 0.5 : x + 0.5);
            }

            _first[i] = first;
            _count[i] = count;
        }
    }

    /// <summary>First source position of a target position.</summary>
    public int First(int target) => _first[target];

    /// <summary>Weights of the run that starts there.</summary>
    public ReadOnlySpan<int> Weights(int target) => _weights.AsSpan(target * _stride, _count[target]);
}
