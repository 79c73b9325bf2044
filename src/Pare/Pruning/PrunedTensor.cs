namespace Pare.Pruning;

/// <summary>A tensor that pruning changed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ShapeBefore">Its extents before.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Zeros">Part of its values that is exactly 0.</param>
public sealed record PrunedTensor(string Name, IReadOnlyList<long> ShapeBefore, IReadOnlyList<long> Shape, double Zeros);
