using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>The weights that fit the original's outputs best from the quantized network's inputs: <c>(A + r)⁻¹ (B w + r w)</c>, with A = E x̂x̂ᵀ and B = E x̂xᵀ.</summary>
internal sealed class LeastSquaresTarget
{
    private readonly double[] _cross;
    private readonly double[]? _inverse;
    private readonly double _ridge;
    private readonly int _d;

    /// <param name="moments">A.</param>
    /// <param name="cross">B.</param>
    /// <param name="d">Inputs.</param>
    /// <param name="ridge">r.</param>
    public LeastSquaresTarget(double[] moments, double[] cross, int d, double ridge)
    {
        (_cross, _d, _ridge) = (cross, d, ridge);
        if (cross.AsSpan().SequenceEqual(moments))
        {
            return;
        }

        double[] damped = [.. moments];
        for (int j = 0; j < d; j++)
        {
            damped[(j * d) + j] += ridge;
        }

        _inverse = SymmetricMatrix.Cholesky(damped, d) is { } factor ? SymmetricMatrix.Inverse(factor, d) : null;
    }

    /// <summary>The target for one output channel; the weights themselves where the networks are still the same.</summary>
    public double[] For(double[] w)
    {
        if (_inverse is null)
        {
            return w;
        }

        double[] right = new double[_d];
        for (int j = 0; j < _d; j++)
        {
            right[j] = TensorPrimitives.Dot<double>(_cross.AsSpan(j * _d, _d), w) + (_ridge * w[j]);
        }

        double[] target = new double[_d];
        for (int j = 0; j < _d; j++)
        {
            target[j] = TensorPrimitives.Dot<double>(_inverse.AsSpan(j * _d, _d), right);
        }

        return target;
    }
}
