using System.Numerics.Tensors;
using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>
/// Chooses integer codes that minimise <c>Σ_columns weight · (w - ŵ)ᵀ H (w - ŵ) + λ · bits</c> by coordinate descent: code after code moves to the best of the
/// nearest grid point, the one towards zero, zero, and where it is, while the others stay (with P = H (w - ŵ) the best real value is ŵ_i + P_i / H_ii). Bits are
/// those of the entropy coder at each position in its last dry run, so that neighbours' contexts are one sweep old. Columns are independent within a sweep:
/// the result does not depend on the number of threads.
/// </summary>
internal sealed class CoordinateDescent
{
    private readonly RateDistortionProblem _problem;
    private readonly SymbolLayout _layout;
    private readonly ParallelOptions _parallel;
    private readonly int _d;
    private readonly int[] _codes;
    private readonly float[] _rowScale;

    public CoordinateDescent(RateDistortionProblem problem, int threads)
    {
        _problem = problem;
        _layout = WeightLayouts.Of(problem.Layer);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) };
        _d = problem.Layer.InputSize;
        _codes = new int[_layout.Count];
        _rowScale = new float[_d];
        for (int j = 0; j < _d; j++)
        {
            _rowScale[j] = problem.RowScale[problem.Layer.RowChannel[j]];
        }
    }

    /// <summary>The step of the tensor.</summary>
    public float Step { get; private set; }

    /// <summary>The codes in the tensor's order.</summary>
    public int[] Codes => _codes;

    /// <summary>What a deviation costs now, bits apart.</summary>
    public double Distortion { get; private set; }

    /// <summary>Bits of the codes now, by a dry run.</summary>
    public double Bits { get; private set; }

    /// <summary>What is minimised.</summary>
    public double Objective => Distortion + (_problem.Lambda * Bits);

    /// <summary>Rounds the targets to a grid and sweeps.</summary>
    /// <param name="step">The grid's step.</param>
    /// <param name="sweeps">Most sweeps; fewer are made once hardly a code changes.</param>
    /// <param name="quick">Whether dry runs take a profile without trials.</param>
    /// <param name="start">Codes to start from; null for rounding.</param>
    public void Run(float step, int sweeps, bool quick, int[]? start = null)
    {
        Step = step;
        if (start is null)
        {
            Round();
        }
        else
        {
            start.CopyTo(_codes, 0);
        }

        SymbolCoderOptions options = quick ? new SymbolCoderOptions { Quick = true } : SymbolCoderOptions.Default;
        SymbolCosts costs = Costs(options);
        for (int s = 0; s < sweeps; s++)
        {
            int changed = Sweep(costs);
            bool settled = changed < 0.001 * _codes.Length;
            if (settled || s % 2 == 1 || s == sweeps - 1)
            {
                costs = Costs(options);
            }

            if (settled)
            {
                break;
            }
        }

        Bits = costs.TotalBits;
        Distortion = Measure();
    }

    /// <summary>The values that the codes stand for.</summary>
    public float[] Values()
    {
        float[] values = new float[_codes.Length];
        for (int c = 0; c < _problem.Columns; c++)
        {
            int start = _problem.Start(c);
            for (int j = 0; j < _d; j++)
            {
                int at = start + _problem.Layer.RowOffset[j];
                values[at] = Value(_codes[at], j, c);
            }
        }

        return values;
    }

    private SymbolCosts Costs(SymbolCoderOptions options) => new SymbolGroupEncoder(options).Measure(_codes, _layout);

    private float Value(int code, int row, int column) => code * Step * _rowScale[row] * _problem.ColumnScale[column];

    private void Round() => Parallel.For(0, _problem.Columns, _parallel, c =>
    {
        int start = _problem.Start(c);
        ReadOnlySpan<float> target = _problem.Target.AsSpan(c * _d, _d);
        for (int j = 0; j < _d; j++)
        {
            double ratio = target[j] / (Step * (double)_rowScale[j] * _problem.ColumnScale[c]);

            // A dead zone: what is nearer to zero than 0.6 of a step becomes zero.
            double magnitude = Math.Floor(Math.Abs(ratio) + 0.4);
            _codes[start + _problem.Layer.RowOffset[j]] = double.IsFinite(magnitude) ? (int)(Math.Sign(ratio) * Math.Min(magnitude, 1 << 20)) : 0;
        }
    });

    private int Sweep(SymbolCosts costs)
    {
        int[] changed = new int[_problem.Columns];
        Parallel.For(0, _problem.Columns, _parallel, c => changed[c] = SweepColumn(c, costs));
        return changed.Sum();
    }

    private int SweepColumn(int c, SymbolCosts costs)
    {
        int start = _problem.Start(c);
        IReadOnlyList<int> offsets = _problem.Layer.RowOffset;
        float[] h = _problem.Hessian[c];
        double weight = _problem.Weight[c];
        double lambda = _problem.Lambda;
        float columnScale = _problem.ColumnScale[c];
        float[] pull = Pull(c, out float[] values);
        int changed = 0;
        for (int j = 0; j < _d; j++)
        {
            int at = start + offsets[j];
            double hjj = h[(j * _d) + j];
            int now = _codes[at];
            double unit = Step * (double)_rowScale[j] * columnScale;
            double cost = weight * hjj * unit * unit;
            if (!(cost > 0) || !double.IsFinite(cost))
            {
                // Nothing reads this weight, or nothing it does matters.
                if (now != 0)
                {
                    _codes[at] = 0;
                    changed++;
                }

                continue;
            }

            double best = (values[j] + (pull[j] / hjj)) / unit;
            double nearest = Math.Round(best);
            int choice = now;
            double lowest = Price(now) - (1e-9 * cost);
            if (Math.Abs(nearest) <= 1 << 20)
            {
                Try((int)nearest);
                Try((int)nearest - Math.Sign(nearest));
                Try(0);
            }

            if (choice != now)
            {
                float value = Value(choice, j, c);
                float delta = value - values[j];
                values[j] = value;
                _codes[at] = choice;
                changed++;
                TensorPrimitives.MultiplyAdd(h.AsSpan(j * _d, _d), -delta, pull, pull);
            }

            double Price(int code)
            {
                double off = best - code;
                double bits = code == 0 ? costs.Zero[at] : costs.NonZero[at] + 1 + costs.MagnitudeBits(costs.Classes[at], Math.Abs(code));
                return (cost * off * off) + (lambda * bits);
            }

            void Try(int code)
            {
                if (code != choice)
                {
                    double price = Price(code);
                    if (price < lowest)
                    {
                        lowest = price;
                        choice = code;
                    }
                }
            }
        }

        return changed;
    }

    // H (w - ŵ) of a column, and ŵ.
    private float[] Pull(int c, out float[] values)
    {
        int start = _problem.Start(c);
        float[] h = _problem.Hessian[c];
        values = new float[_d];
        float[] error = new float[_d];
        for (int j = 0; j < _d; j++)
        {
            values[j] = Value(_codes[start + _problem.Layer.RowOffset[j]], j, c);
            error[j] = _problem.Target[(c * _d) + j] - values[j];
        }

        float[] pull = new float[_d];
        for (int j = 0; j < _d; j++)
        {
            pull[j] = TensorPrimitives.Dot(h.AsSpan(j * _d, _d), error);
        }

        return pull;
    }

    private double Measure()
    {
        double[] parts = new double[_problem.Columns];
        Parallel.For(0, _problem.Columns, _parallel, c =>
        {
            float[] pull = Pull(c, out float[] values);
            double sum = 0;
            for (int j = 0; j < _d; j++)
            {
                sum += ((double)_problem.Target[(c * _d) + j] - values[j]) * pull[j];
            }

            parts[c] = Math.Max(0, sum) * _problem.Weight[c];
        });
        return parts.Sum();
    }
}
