using Pare.Passes.Quantize;

namespace Pare.Workflows;

/// <summary>Ranges of activations as recipes and calibration caches keep them. Immutable by convention.</summary>
public sealed record CalibrationRecord
{
    /// <summary>The version of the form that this code writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the form.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>SHA-256 of the model's operators and constants, in hexadecimal.</summary>
    public required string Model { get; init; }

    /// <summary>How ranges were chosen: <c>minmax</c>, <c>moving-average</c>, <c>percentile</c>, <c>mse</c>, <c>entropy</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Samples seen.</summary>
    public required int Samples { get; init; }

    /// <summary>Least and largest value by the activation's name.</summary>
    public required IReadOnlyDictionary<string, float[]> Ranges { get; init; }

    internal static CalibrationRecord Of(ActivationRanges ranges, string model) => new()
    {
        Model = model,
        Method = RangeMethods.NameOf(ranges.Method),
        Samples = ranges.Samples,
        Ranges = ranges.Ranges.OrderBy(r => r.Key, StringComparer.Ordinal).ToDictionary(r => r.Key, r => new[] { r.Value.Minimum, r.Value.Maximum }, StringComparer.Ordinal),
    };

    /// <exception cref="RecipeException">An entry is no pair of numbers.</exception>
    internal ActivationRanges ToRanges() => new()
    {
        Method = RangeMethods.Parse(Method),
        Samples = Samples,
        Ranges = Ranges.ToDictionary(
            r => r.Key,
            r => r.Value is [float low, float high] && !(low > high) ? new ActivationRange(low, high) : throw new RecipeException($"the range of '{r.Key}' is no pair of ascending numbers"),
            StringComparer.Ordinal),
    };
}
