namespace Pare.Workflows;

/// <summary>How fast a model is and what memory it takes. Times in milliseconds. Immutable.</summary>
public sealed record ModelTiming
{
    /// <summary>The model's path.</summary>
    public required string Model { get; init; }

    /// <summary>Samples a run.</summary>
    public required int Batch { get; init; }

    /// <summary>Timed runs.</summary>
    public required int Runs { get; init; }

    /// <summary>Opening the file and making it ready to run.</summary>
    public required double LoadMs { get; init; }

    /// <summary>The first run.</summary>
    public required double FirstMs { get; init; }

    /// <summary>Mean of the warm-up runs.</summary>
    public required double WarmUpMs { get; init; }

    /// <summary>The fastest timed run.</summary>
    public required double MinMs { get; init; }

    /// <summary>The median.</summary>
    public required double MedianMs { get; init; }

    /// <summary>Nineteen of twenty runs are faster.</summary>
    public required double P95Ms { get; init; }

    /// <summary>The slowest timed run.</summary>
    public required double MaxMs { get; init; }

    /// <summary>Bytes of the model's file.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>What the process grew by while the model was loaded and first run, in bytes; an estimate, since memory is shared.</summary>
    public required long SessionBytes { get; init; }

    /// <summary>The most memory the process has held, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>What each operator took, where that was asked for; else null.</summary>
    public OperatorProfile? Profile { get; init; }
}
