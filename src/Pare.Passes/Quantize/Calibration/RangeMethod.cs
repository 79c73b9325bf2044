namespace Pare.Passes.Quantize;

/// <summary>How the range of an activation is chosen from what was seen of it.</summary>
public enum RangeMethod
{
    /// <summary>From the least to the largest value seen.</summary>
    MinMax,

    /// <summary>Moving averages of each batch's least and largest value, 0.95 of the old and 0.05 of the new.</summary>
    MovingAverage,

    /// <summary>The values between two percentiles.</summary>
    Percentile,

    /// <summary>The range with the least mean squared error of rounding and clipping together.</summary>
    Mse,

    /// <summary>The range whose rounded distribution diverges least (Kullback-Leibler) from the one seen.</summary>
    Entropy,
}
