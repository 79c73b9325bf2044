using Pare.Evaluation;

namespace Pare.Advising;

/// <summary>A question for advice: which technique for which model on which device.</summary>
public sealed record AdviceRequest
{
    /// <summary>The model's file.</summary>
    public required string Input { get; init; }

    /// <summary>Name of the device; null for any.</summary>
    public string? Target { get; init; }

    /// <summary>Bytes of flash that the model may take; null for the device's.</summary>
    public long? Flash { get; init; }

    /// <summary>Bytes of RAM that the tensor arena may take; null for the device's.</summary>
    public long? Ram { get; init; }

    /// <summary>Largest loss of accuracy (without labels of agreement) in percentage points. Default 1.</summary>
    public double MaxDrop { get; init; } = 1;

    /// <summary>Samples to calibrate with; null for none.</summary>
    public string? Data { get; init; }

    /// <summary>Which samples of <see cref="Data"/> to take.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>Samples to measure accuracy on; null for those of <see cref="Data"/>.</summary>
    public string? TestData { get; init; }

    /// <summary>How samples are evaluated.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Seed of every random choice. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads to use. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
