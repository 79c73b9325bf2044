namespace Pare.Evaluation;

/// <summary>A class and its score.</summary>
/// <param name="Label">Name of the class, its number where names are not known.</param>
/// <param name="Index">Its index.</param>
/// <param name="Score">Its score.</param>
public sealed record ScoredLabel(string Label, int Index, double Score);
