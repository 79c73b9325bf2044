using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>
/// Rounds a layer's weight to a uniform grid and spreads each rounding error over the weights still to come, so that the layer's output, not the weight,
/// stays close (Frantar et al., GPTQ, 2022: with <c>H⁻¹ = Uᵀ U</c> the error <c>(w_j - q_j)/U_jj</c> is taken off the later weights along row j of U).
/// A step is the product of one number for the layer, one for each output channel (or group) and one for each input channel; the latter two follow
/// <c>U_jj</c>, the deviation at which an input stops mattering, so that one number allots the bits within the layer.
/// Prepared once, used for any step; thread-safe after construction.
/// </summary>
public sealed class LayerQuantizer
{
    private readonly float[] _weights;
    private readonly double[][]? _factors;
    private readonly double[][]? _moments;
    private readonly double[][]? _means;
    private readonly int[] _order;
    private readonly float[] _rowScale;
    private readonly float[] _columnScale;
    private readonly double _places;
    private readonly uint _mantissaMask;

    /// <summary>Prepares a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="statistics">What its input looks like; null where that is not known (rounding is then plain).</param>
    /// <param name="damping">Part of the mean diagonal added to the diagonal of H.</param>
    /// <param name="scaleRows">Whether input channels have steps of their own.</param>
    /// <param name="powersOfTwo">Whether steps are powers of two, so that the values a weight takes share their low bytes.</param>
    public LayerQuantizer(LinearLayer layer, LayerStatistics? statistics, double damping = 0.01, bool scaleRows = true, bool powersOfTwo = false)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = layer;
        _mantissaMask = powersOfTwo ? 0x7FFFFFu : 0xFFFFFu;
        _weights = layer.Weight.Constant!.ToFloats();
        int d = layer.InputSize;
        _order = [.. Enumerable.Range(0, d)];
        _rowScale = new float[layer.InputChannels];
        _columnScale = new float[layer.Groups * layer.OutputSize];
        Array.Fill(_rowScale, 1f);
        Array.Fill(_columnScale, 1f);
        _places = statistics?.PlacesPerSample ?? 1;
        if (statistics is not { Rows: > 0 })
        {
            return;
        }

        bool centred = layer.Bias is not null;
        _means = [.. Enumerable.Range(0, layer.Groups).Select(statistics.Mean)];
        _moments = new double[layer.Groups][];
        _factors = new double[layer.Groups][];
        double trace = 0;
        for (int g = 0; g < layer.Groups; g++)
        {
            _moments[g] = statistics.Moment(g, centred);
            for (int j = 0; j < d; j++)
            {
                trace += _moments[g][(j * d) + j];
            }
        }

        double mean = trace / (layer.Groups * d);
        if (!(mean > 0) || !double.IsFinite(mean))
        {
            _moments = null;
            _factors = null;
            return;
        }

        double[] meanDiagonal = new double[d];
        for (int g = 0; g < layer.Groups; g++)
        {
            double own = 0;
            for (int j = 0; j < d; j++)
            {
                meanDiagonal[j] += _moments[g][(j * d) + j];
                own += _moments[g][(j * d) + j] / d;
            }

            // A dead group (depthwise channel) still needs a positive definite matrix.
            double ridge = (damping * own) + (1e-4 * damping * mean) + 1e-30;
            for (int j = 0; j < d; j++)
            {
                _moments[g][(j * d) + j] += ridge;
            }
        }

        Array.Sort(_order, (a, b) => meanDiagonal[a] != meanDiagonal[b] ? meanDiagonal[b].CompareTo(meanDiagonal[a]) : a.CompareTo(b));
        double[] deviations = new double[layer.Groups * d];
        for (int g = 0; g < layer.Groups; g++)
        {
            double[] permuted = new double[d * d];
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    permuted[(i * d) + j] = _moments[g][(_order[i] * d) + _order[j]];
                }
            }

            double[]? factor = SymmetricMatrix.InverseUpperFactor(permuted, d);
            if (factor is null)
            {
                factor = new double[d * d];
                for (int j = 0; j < d; j++)
                {
                    factor[(j * d) + j] = 1 / Math.Sqrt(permuted[(j * d) + j]);
                }
            }

            _factors[g] = factor;
            for (int j = 0; j < d; j++)
            {
                deviations[(g * d) + _order[j]] = Math.Log2(factor[(j * d) + j]);
            }
        }

        SetScales(deviations, scaleRows);
    }

    /// <summary>The layer.</summary>
    public LinearLayer Layer { get; }

    /// <summary>The weights as they were.</summary>
    public ReadOnlySpan<float> Original => _weights;

    /// <summary>Output places of a sample.</summary>
    public double Places => _places;

    /// <summary>The step whose plain rounding error at the output lies about so many dB from the output's own power.</summary>
    public double StepForNoise(double decibels)
    {
        LinearLayer l = Layer;
        double[] signal = new double[_columnScale.Length];
        Parallel.For(0, signal.Length, column =>
        {
            int g = column / l.OutputSize;
            int start = (g * l.GroupStride) + (column % l.OutputSize * l.OutputStride);
            double[] w = new double[l.InputSize];
            for (int j = 0; j < w.Length; j++)
            {
                w[j] = _weights[start + l.RowOffset[j]];
            }

            signal[column] = Cost(g, w);
        });
        return Math.Sqrt(12 * signal.Sum() * Math.Pow(10, decibels / 10) / _weights.Length);
    }

    /// <summary>Quantizes the weight.</summary>
    /// <param name="step">The layer's step: a rounding error of one such step costs about step²/12 at the output for each weight and place.</param>
    /// <param name="feedback">Whether rounding errors are spread over the weights still to come.</param>
    public LayerCodes Quantize(double step, bool feedback = true)
    {
        LinearLayer l = Layer;
        int d = l.InputSize;
        sbyte[] codes = new sbyte[_weights.Length];
        float[] decoded = new float[_weights.Length];
        float[] columns = new float[_columnScale.Length];
        double[] errors = new double[columns.Length];
        float[]? bias = l.Bias?.Constant!.ToFloats();
        float[] biasChange = new float[columns.Length];
        bool rowsMatter = _rowScale.Any(r => r != 1f);

        Parallel.For(0, columns.Length, column =>
        {
            int g = column / l.OutputSize;
            int start = (g * l.GroupStride) + (column % l.OutputSize * l.OutputStride);
            double[] w = new double[d];
            double largest = 0;
            for (int j = 0; j < d; j++)
            {
                w[j] = _weights[start + l.RowOffset[_order[j]]];
                largest = Math.Max(largest, Math.Abs(w[j]) / _rowScale[l.RowChannel[_order[j]]]);
            }

            float scale = RoundMantissa(Math.Max(step * _columnScale[column], largest / 126.5), up: true);
            columns[column] = scale;
            double[]? factor = feedback ? _factors?[g] : null;
            double[] error = new double[d];
            for (int j = 0; j < d; j++)
            {
                float rowScale = _rowScale[l.RowChannel[_order[j]]];
                double q = Math.Clamp(Math.Round(w[j] / ((double)scale * rowScale)), -127, 127);
                float value = rowsMatter ? (float)q * scale * rowScale : (float)q * scale;
                int at = start + l.RowOffset[_order[j]];
                codes[at] = (sbyte)q;
                decoded[at] = value;
                error[_order[j]] = _weights[at] - value;
                if (factor is not null && j + 1 < d)
                {
                    double e = (w[j] - value) / factor[(j * d) + j];
                    Span<double> rest = w.AsSpan(j + 1);
                    TensorPrimitives.MultiplyAdd(factor.AsSpan((j * d) + j + 1, d - j - 1), -e, rest, rest);
                }
            }

            errors[column] = Cost(g, error);
            if (bias is not null && _means is not null)
            {
                biasChange[column] = (float)TensorPrimitives.Dot<double>(error, _means[g]);
            }
        });

        double distortion = errors.Sum() * _places;
        if (bias is not null)
        {
            TensorPrimitives.Add(bias, biasChange, bias);
            RoundBias(bias, distortion);
        }

        return new LayerCodes
        {
            Layer = l,
            Step = step,
            Codes = codes,
            ColumnScales = columns,
            RowScales = rowsMatter ? _rowScale : null,
            Weights = decoded,
            Bias = bias,
            Distortion = distortion,
        };
    }

    // A bias need be no finer than what the weights' errors leave: a grid whose own error adds a fiftieth to the distortion, a power of two so that the low
    // bytes are zeros.
    private void RoundBias(Span<float> bias, double distortion)
    {
        double step = Math.Sqrt(12 * distortion / (50 * _places * bias.Length));
        if (!(step > 1e-30) || !double.IsFinite(step))
        {
            return;
        }

        step = Math.Pow(2, Math.Floor(Math.Log2(step)));
        foreach (ref float b in bias)
        {
            b = (float)(Math.Round(b / step) * step);
        }
    }

    // Three bits behind the leading one (or none): a table of scales packs small.
    private float RoundMantissa(double value, bool up)
    {
        if (!(value > 0))
        {
            return float.Epsilon * 16;
        }

        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        bits = (bits + (up ? _mantissaMask : (_mantissaMask + 1) / 2)) & ~_mantissaMask;
        return BitConverter.UInt32BitsToSingle(bits);
    }

    private double Cost(int group, double[] error)
    {
        int d = error.Length;
        if (_moments is null)
        {
            return TensorPrimitives.SumOfSquares<double>(error);
        }

        double sum = 0;
        double[] moment = _moments[group];
        for (int i = 0; i < d; i++)
        {
            if (error[i] != 0)
            {
                sum += error[i] * TensorPrimitives.Dot<double>(moment.AsSpan(i * d, d), error);
            }
        }

        return sum;
    }

    private void SetScales(double[] deviations, bool scaleRows)
    {
        LinearLayer l = Layer;
        int d = l.InputSize;
        if (l.Groups > 1)
        {
            // Groups: one deviation each, in the columns' scales.
            for (int g = 0; g < l.Groups; g++)
            {
                double mean = deviations.AsSpan(g * d, d).ToArray().Average();
                for (int o = 0; o < l.OutputSize; o++)
                {
                    _columnScale[(g * l.OutputSize) + o] = (float)Math.Pow(2, mean);
                }
            }

            return;
        }

        double overall = deviations.Average();
        Array.Fill(_columnScale, (float)Math.Pow(2, overall));
        if (!scaleRows || l.InputChannelAxis is null || l.InputChannels < 4)
        {
            return;
        }

        double[] sums = new double[l.InputChannels];
        int[] counts = new int[l.InputChannels];
        for (int j = 0; j < d; j++)
        {
            sums[l.RowChannel[j]] += deviations[j];
            counts[l.RowChannel[j]]++;
        }

        for (int i = 0; i < l.InputChannels; i++)
        {
            // A dead input would get a step without bound; 16 times the mean makes its weights zero already.
            double relative = Math.Clamp((sums[i] / counts[i]) - overall, -6, 4);
            _rowScale[i] = RoundMantissa(Math.Pow(2, relative), up: false);
        }
    }
}
