using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>What is kept of one activation while data run through. Not thread-safe.</summary>
internal sealed class RangeObserver(CalibrationOptions options)
{
    // As ai-edge-quantizer weighs them.
    private const float Kept = 0.95f;

    private readonly ActivationHistogram? _histogram = options.Method is RangeMethod.Percentile or RangeMethod.Mse or RangeMethod.Entropy ? new ActivationHistogram() : null;
    private float _minimum = float.PositiveInfinity;
    private float _maximum = float.NegativeInfinity;
    private float _averageMinimum;
    private float _averageMaximum;
    private bool _seen;

    /// <summary>Whether a value was NaN or infinite.</summary>
    public bool HasNonFinite { get; private set; }

    public void Add(float[] values)
    {
        if (values.Length == 0)
        {
            return;
        }

        (float min, float max) = (TensorPrimitives.Min<float>(values), TensorPrimitives.Max<float>(values));
        if (!float.IsFinite(min) || !float.IsFinite(max))
        {
            HasNonFinite = true;
            return;
        }

        (_averageMinimum, _averageMaximum) = _seen ? ((Kept * _averageMinimum) + ((1 - Kept) * min), (Kept * _averageMaximum) + ((1 - Kept) * max)) : (min, max);
        (_minimum, _maximum, _seen) = (Math.Min(_minimum, min), Math.Max(_maximum, max), true);
        _histogram?.Add(values);
    }

    /// <summary>The range; not finite where a value was not or none was seen.</summary>
    public ActivationRange Range()
    {
        if (HasNonFinite || !_seen)
        {
            return new ActivationRange(float.NaN, float.NaN);
        }

        ActivationRange seen = new(_minimum, _maximum);
        return options.Method switch
        {
            RangeMethod.MovingAverage => new ActivationRange(_averageMinimum, _averageMaximum),
            RangeMethod.Percentile => RangeChoice.Percentile(_histogram!, seen, options.Percentile),
            RangeMethod.Mse => RangeChoice.Mse(_histogram!, seen, options.Levels),
            RangeMethod.Entropy => RangeChoice.Entropy(_histogram!, seen, options.Levels),
            _ => seen,
        };
    }
}
