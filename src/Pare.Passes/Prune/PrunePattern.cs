using System.Globalization;

namespace Pare.Passes.Prune;

/// <summary>A pattern of zeros: <c>unstructured</c>, <c>2:4</c> (any N:M), <c>block:1x4</c> (output rows by input channels) or <c>channels</c>. Immutable.</summary>
public sealed record PrunePattern
{
    private const int LargestGroup = 64;

    /// <summary>Each weight by itself.</summary>
    public static PrunePattern Unstructured { get; } = new();

    /// <summary>Whole filters.</summary>
    public static PrunePattern Channels { get; } = new() { Kind = PrunePatternKind.Channels };

    /// <summary>What goes together.</summary>
    public PrunePatternKind Kind { get; private init; }

    /// <summary>Of an N:M pattern: weights that stay of each group; of blocks: output rows.</summary>
    public int First { get; private init; } = 1;

    /// <summary>Of an N:M pattern: weights of a group; of blocks: input channels.</summary>
    public int Second { get; private init; } = 1;

    /// <summary>The sparsity that the pattern fixes by itself; null where it is free.</summary>
    public double? FixedSparsity => Kind == PrunePatternKind.NOfM ? 1 - ((double)First / Second) : null;

    /// <summary>Reads a pattern as the command line writes it.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static PrunePattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "unstructured")
        {
            return Unstructured;
        }

        if (text == "channels")
        {
            return Channels;
        }

        if (text.StartsWith("block:", StringComparison.Ordinal) && Pair(text["block:".Length..], 'x') is (var rows, var columns)
            && rows is >= 1 and <= LargestGroup && columns is >= 1 and <= LargestGroup && rows * columns > 1)
        {
            return new PrunePattern { Kind = PrunePatternKind.Block, First = rows, Second = columns };
        }

        return Pair(text, ':') is (var kept, var group) && kept >= 1 && kept < group && group <= LargestGroup
            ? new PrunePattern { Kind = PrunePatternKind.NOfM, First = kept, Second = group }
            : throw new UsageException($"'{text}' is no pattern; known are unstructured, N:M such as 2:4, block:RxC such as block:1x4 (output rows by input channels, up to {LargestGroup}) and channels", "--pattern");
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        PrunePatternKind.NOfM => $"{First}:{Second}",
        PrunePatternKind.Block => $"block:{First}x{Second}",
        PrunePatternKind.Channels => "channels",
        _ => "unstructured",
    };

    private static (int First, int Second)? Pair(string text, char separator)
    {
        string[] parts = text.Split(separator);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int second)
            ? (first, second)
            : null;
    }
}
