namespace Pare.Passes.Prune;

/// <summary>Which weights go together.</summary>
public enum PrunePatternKind
{
    /// <summary>Each weight by itself.</summary>
    Unstructured,

    /// <summary>Of every M neighbours along the input channels of an output row, N stay.</summary>
    NOfM,

    /// <summary>Rectangles of output rows by input channels go together.</summary>
    Block,

    /// <summary>Whole filters are removed and the graph becomes smaller.</summary>
    Channels,
}
