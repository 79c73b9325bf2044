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

    /// <summary>Mean of the warm-up runs; 0 where there were none.</summary>
    public required double WarmUpMs { get; init; }

    /// <summary>The fastest timed run.</summary>
    public required double MinMs { get; init; }

    /// <summary>One run of twenty is faster.</summary>
    public required double P5Ms { get; init; }

    /// <summary>The median.</summary>
    public required double MedianMs { get; init; }

    /// <summary>The mean.</summary>
    public required double MeanMs { get; init; }

    /// <summary>Standard deviation of the timed runs.</summary>
    public required double DeviationMs { get; init; }

    /// <summary>Nineteen of twenty runs are faster.</summary>
    public required double P95Ms { get; init; }

    /// <summary>The slowest timed run.</summary>
    public required double MaxMs { get; init; }

    /// <summary>Bytes of the model's file.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>
    /// Bytes of the tensor arena that LiteRT plans for a run (see <see cref="ArenaPlanner"/>): what a TFLite model needs beside its file. Planned from the graph, not measured; null for other formats.
    /// </summary>
    public long? ArenaBytes { get; init; }

    /// <summary>
    /// What the process's resident memory grew by while the model was loaded and first run, in bytes: the model, what the runtime makes of it, and the tensors. Memory that the process held already may be used
    /// again, so that this is an estimate. LiteRT has a process of its own for each model.
    /// </summary>
    public required long SessionBytes { get; init; }

    /// <summary>The most memory that the process held while the model was loaded and run, in bytes: all of it, the .NET or Node runtime included.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>What each operator took, where that was asked for; else null.</summary>
    public OperatorProfile? Profile { get; init; }
}
