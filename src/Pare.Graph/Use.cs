namespace Pare;

/// <summary>One place where a value is consumed.</summary>
/// <param name="Node">The consumer.</param>
/// <param name="Index">Which of its inputs.</param>
public readonly record struct Use(Node Node, int Index);
