namespace Pare.Passes.Quantize;

/// <summary>How <see cref="ActivationCalibrator"/> observes a model.</summary>
public sealed record CalibrationOptions
{
    /// <summary>How ranges are chosen. Default: least and largest value.</summary>
    public RangeMethod Method { get; init; }

    /// <summary>Percent of the values that a range of <see cref="RangeMethod.Percentile"/> holds, half of the rest on either side. Default 99.999.</summary>
    public double Percentile { get; init; } = 99.999;

    /// <summary>Levels that integers have, for the methods that weigh rounding against clipping. Default 255.</summary>
    public int Levels { get; init; } = 255;

    /// <summary>Bytes of activations that may be in memory at once; a model with more is run in several parts for each sample. Default 256 MiB.</summary>
    public long MemoryCap { get; init; } = 256L << 20;

    /// <summary>Threads to use; ranges do not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
