namespace Pare.Evaluation;

/// <summary>A candidate in the plane of size and accuracy.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Accuracy">What part it answers right (or alike), in percent.</param>
/// <param name="OnFront">Whether no other is both smaller and better.</param>
/// <param name="Chosen">Whether it is the result.</param>
public sealed record ParetoPoint(string Name, long Bytes, double Accuracy, bool OnFront, bool Chosen);
