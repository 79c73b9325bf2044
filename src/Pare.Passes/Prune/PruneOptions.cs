namespace Pare.Passes.Prune;

/// <summary>How weights are pruned.</summary>
public sealed record PruneOptions
{
    /// <summary>Part of the weights (or channels) that goes, in [0, 1); null for what the pattern fixes, else one half.</summary>
    public double? Sparsity { get; init; }

    /// <summary>Which weights go together.</summary>
    public PrunePattern Pattern { get; init; } = PrunePattern.Unstructured;

    /// <summary>How the sparsity is spread; null for <see cref="PruneSchedule.Sensitivity"/> where there are samples, else <see cref="PruneSchedule.Uniform"/>.</summary>
    public PruneSchedule? Schedule { get; init; }

    /// <summary>Tensors with fewer values stay as they are. Default 256.</summary>
    public long MinSize { get; init; } = 256;

    /// <summary>
    /// Of the pattern <c>channels</c>: the number of channels that stay is a multiple of so many, since runtimes lay channels out in blocks; layers with fewer keep theirs. Null for any number.
    /// </summary>
    public int? Multiple { get; init; }

    /// <summary>Which constants take part, by their names; empty selects all. Depthwise filters take part only when they are named here.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Which constants do not take part, by their names.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether, with samples, the weights that stay are fitted again by least squares to what the layer gave before. Default true.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>The sparsity that is meant.</summary>
    /// <exception cref="UsageException">It is out of range or contradicts the pattern; or a multiple is asked of another pattern than channels.</exception>
    public double WantedSparsity()
    {
        if (Multiple is { } multiple && (multiple < 1 || Pattern.Kind != PrunePatternKind.Channels))
        {
            throw new UsageException($"a multiple of {multiple} channels: expected 1 or more, with --pattern channels", "--multiple");
        }

        if (Sparsity is not { } wanted)
        {
            return Pattern.FixedSparsity ?? 0.5;
        }

        if (!(wanted >= 0 && wanted < 1))
        {
            throw new UsageException(FormattableString.Invariant($"a sparsity of {wanted}: expected a part in [0, 1), such as 0.8"), "--sparsity");
        }

        return Pattern.FixedSparsity is not { } given || Math.Abs(given - wanted) < 1e-9
            ? wanted
            : throw new UsageException(FormattableString.Invariant($"the pattern {Pattern} has a sparsity of {given}, found {wanted}; leave --sparsity out"), "--sparsity");
    }
}
