namespace Pare.Evaluation;

/// <summary>What is known about a sample before it is loaded.</summary>
/// <param name="Name">Its name: the path within the data set with forward slashes, or a row number.</param>
/// <param name="Label">The index of its class, where the data say so.</param>
/// <param name="LabelName">The name of its class, where the data say so.</param>
public readonly record struct SampleInfo(string Name, int? Label = null, string? LabelName = null)
{
    /// <summary>Whether the sample has a class.</summary>
    public bool IsLabelled => Label.HasValue || LabelName is not null;
}
