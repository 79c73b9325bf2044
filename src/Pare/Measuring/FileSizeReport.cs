using Pare.Sizes;

namespace Pare.Workflows;

/// <summary>What a file weighs in the ways it may be sent, with what was asked for beside. Immutable.</summary>
public sealed record FileSizeReport : FileSizes
{
    /// <summary>Bytes of the model with its constants emptied; null where not asked for.</summary>
    public long? Cleared { get; init; }

    /// <summary>A row a constant; null where not asked for.</summary>
    public IReadOnlyList<TensorSizeReport>? Tensors { get; init; }
}
