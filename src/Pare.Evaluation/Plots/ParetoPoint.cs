namespace Pare.Evaluation;

/// <summary>A candidate in the plane of size and quality.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Quality">How good it is, in percentage points; more is better.</param>
/// <param name="OnFront">Whether no other is both smaller and better.</param>
/// <param name="Chosen">Whether it is the result.</param>
public sealed record ParetoPoint(string Name, long Bytes, double Quality, bool OnFront, bool Chosen);
