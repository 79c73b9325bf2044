namespace Pare.Workflows;

/// <summary>What a constant weighs.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Element type, lower-case.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Bytes">Bytes in dense storage.</param>
/// <param name="Gzip">Bytes of its gzip by itself.</param>
/// <param name="Distinct">How many distinct values it holds.</param>
/// <param name="WeightBits">Entropy of its values, in bits per element.</param>
public sealed record TensorSizeReport(string Name, string Type, IReadOnlyList<long> Shape, long Bytes, long Gzip, long Distinct, double WeightBits)
{
    /// <summary>How a container keeps it (see <see cref="Formats.PackedTensor"/>); null for other files.</summary>
    public string? Codec { get; init; }

    /// <summary>Coded bits an element in the container; null for other files.</summary>
    public double? CodedBits { get; init; }

    /// <summary>Signal-to-noise ratio against the original in decibels; null where exact or unknown.</summary>
    public double? SqnrDb { get; init; }
}
