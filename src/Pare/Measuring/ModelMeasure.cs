
namespace Pare.Workflows;

/// <summary>What a model weighs, takes and knows, so that two can be laid side by side. Immutable.</summary>
public sealed record ModelMeasure
{
    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes as <c>gzip -6 -n</c> makes it.</summary>
    public required long Gzip { get; init; }

    /// <summary>Bytes as a container without loss; null for files too large to pack in passing.</summary>
    public long? Pare { get; init; }

    /// <summary>Values of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Part of the weights' values that is exactly 0, vectors of biases excluded.</summary>
    public required double Sparsity { get; init; }

    /// <summary>Multiply-adds of one run with a batch of one; null where the model cannot be run on random inputs.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Median milliseconds of a run on one thread of this machine; null where the model cannot be run on random inputs.</summary>
    public double? MedianMs { get; init; }

    /// <summary>Samples that accuracy was measured on; null without data.</summary>
    public int? Samples { get; init; }

    /// <summary>Right answers, as a fraction; null without labels.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Lower end of the accuracy's 95% interval (Wilson).</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>Upper end of the accuracy's 95% interval (Wilson).</summary>
    public double? AccuracyHigh { get; init; }
}
