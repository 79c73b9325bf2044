namespace Pare.Evaluation;

/// <summary>Samples in memory as a model takes them. Immutable by convention.</summary>
public sealed record LoadedSamples
{
    /// <summary>For each sample one tensor for each input of the model.</summary>
    public required IReadOnlyList<IReadOnlyList<TensorData>> Inputs { get; init; }

    /// <summary>Index of each sample's class; null where it has none.</summary>
    public required IReadOnlyList<int?> Labels { get; init; }

    /// <summary>Rows that a run's output has for the one sample: more than one where the model fixes its batch.</summary>
    public required int Batch { get; init; }

    /// <summary>How pictures are preprocessed, in one line; null where the data are tensors.</summary>
    public string? Preprocessing { get; init; }

    /// <summary>Samples that could not be read and were left out.</summary>
    public IReadOnlyList<UnreadableSample> Unreadable { get; init; } = [];

    /// <summary>What was assumed or tolerated, unreadable samples included.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
}
