namespace Pare.Evaluation;

/// <summary>A sample that could not be read.</summary>
/// <param name="File">Its name.</param>
/// <param name="Why">What is wrong with it.</param>
public sealed record UnreadableSample(string File, string Why);
