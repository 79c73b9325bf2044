namespace Pare.Passes.Round;

/// <summary>How <see cref="RoundPass"/> works.</summary>
public sealed record RoundOptions
{
    /// <summary>The defaults.</summary>
    public static RoundOptions Default { get; } = new();

    /// <summary>The rule.</summary>
    public RoundRule Rule { get; init; } = RoundRule.ZeroPreserving;

    /// <summary>How many values a tensor may keep, 2 to 65,536. <c>--bits b</c> means 2^b.</summary>
    public int Levels { get; init; } = 256;

    /// <summary>Tensors with fewer values stay as they are; <see cref="RoundRule.WeightsRounded"/> has no such limit.</summary>
    public long MinSize { get; init; } = 1024;

    /// <summary>Which constants take part, by their names; empty selects all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Which constants do not take part, by their names.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
