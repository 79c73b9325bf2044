using System.Globalization;

namespace Pare.Workflows;

/// <summary>What to run a model on before and after a change.</summary>
public sealed record CheckOptions
{
    /// <summary>No check.</summary>
    public static CheckOptions None { get; } = new() { RandomSamples = 0 };

    /// <summary>Whether nothing is checked.</summary>
    public bool IsNone => Data is null && RandomSamples == 0;

    /// <summary>Number of random inputs, 0 to 1000. Default 4.</summary>
    public int RandomSamples { get; init; } = 4;

    /// <summary>Most samples of a data set that are run; more are thinned out evenly.</summary>
    public const int LargestSample = 256;

    /// <summary>A data set to use instead of random inputs; null for none.</summary>
    public string? Data { get; init; }

    /// <summary>Reads <c>random:N</c>, <c>none</c> or a data set's path.</summary>
    /// <exception cref="UsageException">The number is missing or out of range.</exception>
    public static CheckOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "none")
        {
            return None;
        }

        if (text == "random")
        {
            return new CheckOptions();
        }

        if (text.StartsWith("random:", StringComparison.Ordinal))
        {
            return int.TryParse(text.AsSpan("random:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= 1000
                ? new CheckOptions { RandomSamples = n }
                : throw new UsageException($"--check {text}: expected random:N with N from 1 to 1000", "--check");
        }

        return new CheckOptions { RandomSamples = 0, Data = text };
    }

    /// <inheritdoc/>
    public override string ToString() => Data ?? (RandomSamples == 0 ? "none" : $"random:{RandomSamples}");
}
