namespace Pare.Passes.Differentiation;

/// <summary>
/// Differentiates one node: given the gradient of the seeded output by the node's first output, adds those by its inputs (<see cref="GradientTape.Add"/>).
/// Returns false where this variant of the operator has no rule.
/// </summary>
internal delegate bool GradientRule(Node node, Value gradient, GradientTape tape);
