namespace Pare.Packing;

/// <summary>How much a model may lose while it is packed.</summary>
public sealed record LossyPackOptions
{
    /// <summary>Largest loss of accuracy, in percentage points of the selection data; without labels, or with <see cref="ByAgreement"/>, of agreement with the original's answers. Null for no bound.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>Largest size of the container in bytes; null for none. Where both bounds cannot hold, this one wins and the report says so.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Whether agreement with the original's answers counts even where the data has labels. Default false.</summary>
    public bool ByAgreement { get; init; }

    /// <summary>Calibration samples at most; null for what a minute allows, by the size of a sample.</summary>
    public int? CalibrationSamples { get; init; }

    /// <summary>Selection samples at most. Default 5,000.</summary>
    public int SelectionSamples { get; init; } = 5000;

    /// <summary>Seed of every random choice. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; the result does not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
