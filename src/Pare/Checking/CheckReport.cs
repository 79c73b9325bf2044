namespace Pare.Workflows;

/// <summary>How the outputs of a model before and after a change compare on the same inputs. Immutable.</summary>
public sealed record CheckReport
{
    /// <summary>What was fed: <c>random:N</c>, <c>none</c> or a data set's path.</summary>
    public required string Data { get; init; }

    /// <summary>Samples run.</summary>
    public int Samples { get; init; }

    /// <summary>Largest absolute difference of an element; null where nothing was compared.</summary>
    public double? MaxAbs { get; init; }

    /// <summary>Largest absolute difference relative to the largest magnitude of the same output; null where nothing was compared.</summary>
    public double? MaxRelative { get; init; }

    /// <summary>How far the outputs may drift, relative; null where the values change on purpose.</summary>
    public double? Bound { get; init; }

    /// <summary>Whether the drift is within the bound; null where there is no bound or nothing was compared.</summary>
    public bool? Passed { get; init; }

    /// <summary>Why nothing was compared, or null.</summary>
    public string? Skipped { get; init; }
}
