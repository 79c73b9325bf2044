using System.Collections.Immutable;

namespace Pare;

/// <summary>How a value's integers stand for real numbers: <c>real = scale * (integer - zeroPoint)</c>, per tensor, per axis or per group.</summary>
public sealed record QuantizationParameters
{
    /// <summary>One scale per tensor, or one for each index of <see cref="Axis"/> (times groups where <see cref="GroupSize"/> is set).</summary>
    public ImmutableArray<float> Scales { get; init; } = [];

    /// <summary>As many as scales; empty means all zero.</summary>
    public ImmutableArray<long> ZeroPoints { get; init; } = [];

    /// <summary>The axis that scales run along; null for one scale per tensor.</summary>
    public int? Axis { get; init; }

    /// <summary>Elements that share a scale along the innermost axis; 0 where there are no groups.</summary>
    public int GroupSize { get; init; }

    /// <summary>Recorded minima of the real values; empty where not recorded.</summary>
    public ImmutableArray<float> Minima { get; init; } = [];

    /// <summary>Recorded maxima of the real values; empty where not recorded.</summary>
    public ImmutableArray<float> Maxima { get; init; } = [];

    /// <summary>What the format keeps beside (an immutable object of the format's own), or null.</summary>
    public object? Extension { get; init; }
}
