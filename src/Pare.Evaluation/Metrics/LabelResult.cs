namespace Pare.Evaluation;

/// <summary>What a model sees on pictures. A plain object with the names of the JSON contract.</summary>
public sealed record LabelResult
{
    /// <summary>Name of the model's file.</summary>
    public string Model { get; init; } = "";

    /// <summary>The pictures, in the order they were given.</summary>
    public IReadOnlyList<LabeledImage> Images { get; init; } = [];

    /// <summary>Seconds that decoding and running took, loading the model excluded.</summary>
    public double Seconds { get; init; }

    /// <summary>Remarks and warnings.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}
