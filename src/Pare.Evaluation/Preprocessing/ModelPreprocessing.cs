using System.Collections.Immutable;
using System.Globalization;

namespace Pare.Evaluation;

/// <summary>What a model's own metadata says of how pictures become its input.</summary>
internal static class ModelPreprocessing
{
    /// <summary>The settings that the model's properties <c>input_mean</c> and <c>input_std</c> tell (TFLite's metadata); null where they do not.</summary>
    public static Preprocessing? Of(Model model) =>
        model.Metadata.TryGetValue("input_mean", out string? mean) && model.Metadata.TryGetValue("input_std", out string? std) && Numbers(mean) is { } m && Numbers(std) is { } s && s.All(v => v != 0)
            ? new Preprocessing { Mean = m, Std = s }
            : null;

    private static ImmutableArray<double>? Numbers(string text)
    {
        ImmutableArray<double>.Builder numbers = ImmutableArray.CreateBuilder<double>();
        foreach (string part in text.Split(','))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
            {
                return null;
            }

            numbers.Add(value);
        }

        return numbers.ToImmutable();
    }
}
