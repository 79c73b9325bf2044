namespace Pare.Advising;

/// <summary>A kind of device that models are shipped to. Immutable.</summary>
public sealed record DeviceProfile
{
    /// <summary>Name as in <c>--target</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>The runtime whose operators count; see <see cref="Workflows.RuntimeTargets"/>.</summary>
    public required string Runtime { get; init; }

    /// <summary>What counts first.</summary>
    public required AdviceGoal Goal { get; init; }

    /// <summary>Bytes of flash that a model may take; null where that is no matter.</summary>
    public long? Flash { get; init; }

    /// <summary>Bytes of RAM that the tensor arena may take; null where that is no matter.</summary>
    public long? Ram { get; init; }

    /// <summary>TFLite operators that its accelerator takes; others fall back to the processor. Null where the runtime alone decides.</summary>
    public IReadOnlySet<string>? Accelerated { get; init; }

    /// <summary>Where the figures are from.</summary>
    public required string Source { get; init; }
}
