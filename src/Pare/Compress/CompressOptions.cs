namespace Pare.Compress;

/// <summary>How a model is compressed under a budget.</summary>
public sealed record CompressOptions
{
    /// <summary>Largest loss of accuracy, in percentage points of the selection data; without labels, of agreement with the original's answers. Default 0.5.</summary>
    public double MaxDrop { get; init; } = 0.5;

    /// <summary>Largest size in bytes of <see cref="Measure"/>; null for none. Where both bounds cannot hold, this one wins and the report says so.</summary>
    public long? MaxSize { get; init; }

    /// <summary>What counts as size. Default gzip.</summary>
    public CompressMeasure Measure { get; init; } = CompressMeasure.Gzip;

    /// <summary>Format that the result is for: <c>tflite</c>; null for the model's own.</summary>
    public string? Target { get; init; }

    /// <summary>What may happen to the graph. Default free.</summary>
    public CompressStructure Structure { get; init; } = CompressStructure.Free;

    /// <summary>Samples that statistics are taken from, at most. Default 192.</summary>
    public int CalibrationSamples { get; init; } = 192;

    /// <summary>Samples on which a layer's effect on the outputs is measured, at most. Default 64.</summary>
    public int SensitivitySamples { get; init; } = 64;

    /// <summary>Constants with fewer elements are left alone. Default 128.</summary>
    public int MinimumElements { get; init; } = 128;

    /// <summary>Seed of every random choice. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; the result does not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
