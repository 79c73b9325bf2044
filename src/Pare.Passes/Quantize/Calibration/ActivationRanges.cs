namespace Pare.Passes.Quantize;

/// <summary>Ranges of a model's activations. Immutable by convention.</summary>
public sealed record ActivationRanges
{
    /// <summary>How they were chosen.</summary>
    public RangeMethod Method { get; init; }

    /// <summary>Samples seen.</summary>
    public int Samples { get; init; }

    /// <summary>The ranges by the activation's name; one that was not finite on every sample has a range that is not.</summary>
    public required IReadOnlyDictionary<string, ActivationRange> Ranges { get; init; }
}
