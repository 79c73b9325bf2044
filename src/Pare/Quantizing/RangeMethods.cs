using Pare.Passes.Quantize;

namespace Pare.Workflows;

/// <summary>Names of the ways to choose ranges, as on the command line and in recipes.</summary>
public static class RangeMethods
{
    private static readonly (string Name, RangeMethod Method)[] s_all =
    [
        ("minmax", RangeMethod.MinMax), ("moving-average", RangeMethod.MovingAverage), ("percentile", RangeMethod.Percentile), ("mse", RangeMethod.Mse), ("entropy", RangeMethod.Entropy),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(m => m.Name)];

    /// <summary>The name of a way.</summary>
    public static string NameOf(RangeMethod method) => s_all.First(m => m.Method == method).Name;

    /// <summary>The way of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static RangeMethod Parse(string name)
    {
        foreach ((string known, RangeMethod method) in s_all)
        {
            if (known == name)
            {
                return method;
            }
        }

        throw new UsageException($"'{name}' is no way to choose ranges; known are {string.Join(", ", Names)}", "--ranges");
    }
}
