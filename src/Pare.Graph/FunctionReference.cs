namespace Pare;

/// <summary>A function's name with the attributes bound to it. Immutable by convention.</summary>
/// <param name="Name">Name of the function.</param>
/// <param name="Attributes">Bound attributes.</param>
public sealed record FunctionReference(string Name, IReadOnlyDictionary<string, AttributeValue> Attributes);
