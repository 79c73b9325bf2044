using Pare.Workflows;

namespace Pare.Advising;

/// <summary>Advice with the measurements it follows from. Immutable.</summary>
public sealed record AdviceReport
{
    /// <summary>The model.</summary>
    public required FileReport Input { get; init; }

    /// <summary>Name of the device; null where none was named.</summary>
    public string? Target { get; init; }

    /// <summary>What the device is, and where the figures are from.</summary>
    public string? Device { get; init; }

    /// <summary>Bytes of flash that the model may take; null for no limit.</summary>
    public long? Flash { get; init; }

    /// <summary>Bytes of RAM that the tensor arena may take; null for no limit.</summary>
    public long? Ram { get; init; }

    /// <summary>Largest loss in points that is acceptable.</summary>
    public required double MaxDrop { get; init; }

    /// <summary>Values of weights of the model as it came.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of a run; null where they are not known.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Samples that accuracy was measured on; null without data.</summary>
    public int? Samples { get; init; }

    /// <summary>Right answers of the model as it came; null without labelled data.</summary>
    public double? Accuracy { get; init; }

    /// <summary>What was tried.</summary>
    public required IReadOnlyList<AdviceCandidate> Candidates { get; init; }

    /// <summary>The technique to take; null where none of those tried will do.</summary>
    public string? Recommended { get; init; }

    /// <summary>The commands that make it.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Why, in sentences that follow from the measurements.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Training that would be needed where no post-training technique does; empty where none is.</summary>
    public IReadOnlyList<string> Training { get; init; } = [];

    /// <summary>Architectures that fit, where the model is simply too big.</summary>
    public IReadOnlyList<LowCostArchitecture> Architectures { get; init; } = [];

    /// <summary>Options that were not given and would sharpen the advice.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>What was tolerated or assumed.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public required double Seconds { get; init; }
}
