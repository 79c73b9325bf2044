namespace Pare.Compress;

/// <summary>Samples as a model takes them: one tensor an input, batch of one. Immutable by convention; read from several threads.</summary>
public sealed record CompressSamples
{
    /// <summary>For each sample one tensor for each input of the model.</summary>
    public required IReadOnlyList<IReadOnlyList<TensorData>> Inputs { get; init; }

    /// <summary>The right answer of each sample; null where there are no labels.</summary>
    public IReadOnlyList<int>? Labels { get; init; }

    /// <summary>Rows of an output that belong to one sample's run: more than 1 where the model fixes its batch and the sample is repeated to fill it.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Number of samples.</summary>
    public int Count => Inputs.Count;

    /// <summary>The first samples, or all where there are fewer. Samples should come shuffled.</summary>
    public CompressSamples Take(int count) => count >= Count ? this : this with { Inputs = [.. Inputs.Take(count)], Labels = Labels is null ? null : [.. Labels.Take(count)] };

    /// <summary>The samples behind the first ones.</summary>
    public CompressSamples Skip(int count) => this with { Inputs = [.. Inputs.Skip(count)], Labels = Labels is null ? null : [.. Labels.Skip(count)] };
}
