namespace Pare;

/// <summary>A node that a target cannot run or a conversion cannot carry over.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Operator">The node's operator.</param>
/// <param name="Why">Why not, and what would help.</param>
public sealed record UnsupportedNode(string Node, string Operator, string Why);
