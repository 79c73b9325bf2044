using System.Text.Json.Serialization;

namespace Pare.Advising;

/// <summary>A model that was made to see what a technique gives. Immutable.</summary>
public sealed record AdviceCandidate
{
    /// <summary>The technique: <c>float32</c>, <c>float16</c>, <c>dynamic</c>, <c>weights-int8</c>, <c>int8</c>, <c>int16x8</c>, <c>prune</c>, or pruned channels and int8.</summary>
    public required string Technique { get; init; }

    /// <summary>The commands that make it.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>Bytes of the <c>.tflite</c> file; null where it could not be made.</summary>
    public long? Bytes { get; init; }

    /// <summary>Bytes as gzip makes it.</summary>
    public long? Gzip { get; init; }

    /// <summary>Bytes as a container without loss; null for files too large to pack in passing.</summary>
    public long? Pare { get; init; }

    /// <summary>Bytes of the tensor arena, as the device's runtime lays it out.</summary>
    public long? ArenaBytes { get; init; }

    /// <summary>Right answers, as a fraction; null without labelled data.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Lower end of the accuracy's 95% interval.</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>Upper end of the accuracy's 95% interval.</summary>
    public double? AccuracyHigh { get; init; }

    /// <summary>Loss against the model as it came, in points (without labels of agreement); null without data.</summary>
    public double? Drop { get; init; }

    /// <summary>1.96 standard errors of the drop.</summary>
    public double? DropMargin { get; init; }

    /// <summary>Operators that the runtime cannot run, with the reason; empty where all run.</summary>
    public IReadOnlyList<UnsupportedNode> Unsupported { get; init; } = [];

    /// <summary>Operators that an accelerator leaves to the processor.</summary>
    public IReadOnlyList<string> FallBack { get; init; } = [];

    /// <summary>Whether the file fits the flash; null where no limit is known.</summary>
    public bool? FitsFlash { get; init; }

    /// <summary>Whether the arena fits the RAM; null where no limit is known.</summary>
    public bool? FitsRam { get; init; }

    /// <summary>Why it could not be made; null where it was.</summary>
    public string? Failed { get; init; }

    /// <summary>Whether it was made, runs and fits; accuracy apart.</summary>
    [JsonIgnore]
    public bool IsUsable => Failed is null && Unsupported.Count == 0 && FitsFlash != false && FitsRam != false;
}
