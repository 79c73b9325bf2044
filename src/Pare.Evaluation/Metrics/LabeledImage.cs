namespace Pare.Evaluation;

/// <summary>A picture and what a model sees on it.</summary>
/// <param name="File">The picture's file.</param>
/// <param name="Labels">Labels with their scores, the best first.</param>
public sealed record LabeledImage(string File, IReadOnlyList<ScoredLabel> Labels);
