using System.Numerics.Tensors;
using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>
/// Chooses integer codes that minimise <c>Σ_cc' G_cc' e_cᵀ H e_c' + λ · bits</c>, e_c the error of column c and G the coupling of the columns (often diagonal), by coordinate
/// descent: code after code moves to the best of the nearest grid point, the one towards zero, zero, and where it is, while the others stay (with P_c = Σ_c' G_cc'/G_cc H e_c' the
/// best real value is ŵ + P / H_ii). Bits are those of the entropy coder at each position in its last dry run, so that neighbours' contexts are a sweep or two old. Coupled columns
/// are swept one after the other, others side by side: the result does not depend on the number of threads.
/// </summary>
internal sealed class CoordinateDescent
{
    private readonly RateDistortionProblem _problem;
    private readonly SymbolLayout _layout;
    private readonly ParallelOptions _parallel;
    private readonly SymbolGroupEncoder _meter;
    private readonly int _d;
    private readonly int[] _codes;
    private readonly int[] _offsets;
    private readonly float[] _rowScale;
    private readonly float[] _errors;

    public CoordinateDescent(RateDistortionProblem problem, int threads, bool quick = true)
    {
        _problem = problem;
        _layout = WeightLayouts.Of(problem.Layer);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) };
        _meter = new SymbolGroupEncoder(quick ? new SymbolCoderOptions { Quick = true } : SymbolCoderOptions.Default);
        _d = problem.Layer.InputSize;
        _codes = new int[_layout.Count];
        _errors = new float[problem.Columns * _d];
        _offsets = [.. problem.Layer.RowOffset];
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
    /// <param name="start">Codes to start from; null for rounding.</param>
    public void Run(float step, int sweeps, int[]? start = null)
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

        FillErrors();
        SymbolCosts costs = _meter.Measure(_codes, _layout);
        for (int s = 0; s < sweeps; s++)
        {
            int changed = Sweep(costs);
            bool settled = changed < 0.001 * _codes.Length;
            if (settled || s % 2 == 1 || s == sweeps - 1)
            {
                costs = _meter.Measure(_codes, _layout);
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
                int at = start + _offsets[j];
                values[at] = Value(_codes[at], j, c);
            }
        }

        return values;
    }

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
            _codes[start + _offsets[j]] = double.IsFinite(magnitude) ? (int)(Math.Sign(ratio) * Math.Min(magnitude, 1 << 20)) : 0;
        }
    });

    private void FillErrors() => Parallel.For(0, _problem.Columns, _parallel, c =>
    {
        int start = _problem.Start(c);
        for (int j = 0; j < _d; j++)
        {
            _errors[(c * _d) + j] = _problem.Target[(c * _d) + j] - Value(_codes[start + _offsets[j]], j, c);
        }
    });

    private int Sweep(SymbolCosts costs)
    {
        int chunks = (_problem.Columns + ErrorPull.Width - 1) / ErrorPull.Width;
        int[] changed = new int[chunks];

        // Coupled chunks read each other's errors: one after the other.
        if (_problem.Coupling is null)
        {
            Parallel.For(0, chunks, _parallel, k => changed[k] = SweepChunk(k * ErrorPull.Width, costs));
            return changed.Sum();
        }

        for (int k = 0; k < chunks; k++)
        {
            changed[k] = SweepChunk(k * ErrorPull.Width, costs);
        }

        return changed.Sum();
    }

    private int SweepChunk(int first, SymbolCosts costs)
    {
        int count = Math.Min(ErrorPull.Width, _problem.Columns - first);
        float[] pulls = ErrorPull.Of(_problem, _errors, first, count);
        float[] before = new float[_d];
        int changed = 0;
        for (int k = 0; k < count; k++)
        {
            int c = first + k;
            Span<float> pull = pulls.AsSpan(k * _d, _d);
            pull.CopyTo(before);
            int here = SweepColumn(c, pull, costs);
            changed += here;
            if (here == 0 || _problem.Coupling is not { } coupling)
            {
                continue;
            }

            // What H makes of the column's change, for the columns of the chunk still to come.
            TensorPrimitives.Subtract(pull, before, before);
            for (int next = k + 1; next < count; next++)
            {
                Span<float> other = pulls.AsSpan(next * _d, _d);
                TensorPrimitives.MultiplyAdd(before, coupling[((first + next) * _problem.Columns) + c], other, other);
            }
        }

        return changed;
    }

    private int SweepColumn(int c, Span<float> pull, SymbolCosts costs)
    {
        int start = _problem.Start(c);
        float[] h = _problem.Hessian[c];
        double weight = _problem.Weight[c];
        double lambda = _problem.Lambda;
        double columnStep = (double)Step * _problem.ColumnScale[c];
        Span<float> errors = _errors.AsSpan(c * _d, _d);
        ReadOnlySpan<float> target = _problem.Target.AsSpan(c * _d, _d);
        ReadOnlySpan<float> zeroBits = costs.Zero;
        ReadOnlySpan<float> nonZeroBits = costs.NonZero;
        ReadOnlySpan<byte> classes = costs.Classes;
        int changed = 0;
        for (int j = 0; j < _d; j++)
        {
            int at = start + _offsets[j];
            double hjj = h[(j * _d) + j];
            int now = _codes[at];
            double unit = columnStep * _rowScale[j];
            double cost = weight * hjj * unit * unit;
            if (!(cost > 0) || !double.IsFinite(cost))
            {
                // Nothing reads this weight, or nothing it does matters.
                if (now != 0)
                {
                    _codes[at] = 0;
                    errors[j] = target[j];
                    changed++;
                }

                continue;
            }

            double best = (target[j] - errors[j] + (pull[j] / hjj)) / unit;

            // Most weights are zero and stay: what one step would gain does not pay for the dearer code.
            if (now == 0 && Math.Abs(best) < 0.5)
            {
                continue;
            }

            double nearest = Math.Round(best);
            int choice = now;
            double lowest = Price(now, zeroBits[at], nonZeroBits[at], classes[at]) - (1e-9 * cost);
            if (Math.Abs(nearest) <= 1 << 20)
            {
                Try((int)nearest, zeroBits[at], nonZeroBits[at], classes[at]);
                Try((int)nearest - Math.Sign(nearest), zeroBits[at], nonZeroBits[at], classes[at]);
                Try(0, zeroBits[at], nonZeroBits[at], classes[at]);
            }

            if (choice != now)
            {
                float error = target[j] - Value(choice, j, c);
                float delta = error - errors[j];
                errors[j] = error;
                _codes[at] = choice;
                changed++;
                TensorPrimitives.MultiplyAdd(h.AsSpan(j * _d, _d), delta, pull, pull);
            }

            double Price(int code, float zero, float nonZero, byte magnitudeClass)
            {
                double off = best - code;
                double bits = code == 0 ? zero : nonZero + 1 + costs.MagnitudeBits(magnitudeClass, Math.Abs(code));
                return (cost * off * off) + (lambda * bits);
            }

            void Try(int code, float zero, float nonZero, byte magnitudeClass)
            {
                if (code != choice)
                {
                    double price = Price(code, zero, nonZero, magnitudeClass);
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

    private double Measure()
    {
        int chunks = (_problem.Columns + ErrorPull.Width - 1) / ErrorPull.Width;
        double[] parts = new double[chunks];
        Parallel.For(0, chunks, _parallel, k =>
        {
            int first = k * ErrorPull.Width;
            int count = Math.Min(ErrorPull.Width, _problem.Columns - first);
            float[] pulls = ErrorPull.Of(_problem, _errors, first, count);
            for (int c = 0; c < count; c++)
            {
                double sum = 0;
                for (int j = 0; j < _d; j++)
                {
                    sum += (double)_errors[((first + c) * _d) + j] * pulls[(c * _d) + j];
                }

                parts[k] += sum * _problem.Weight[first + c];
            }
        });
        return Math.Max(0, parts.Sum());
    }
}
