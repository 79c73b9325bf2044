namespace Pare;

/// <summary>Name, element type and shape of an input or output.</summary>
/// <param name="Name">Name as the model calls it.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Shape as far as known; null for unknown rank.</param>
public sealed record ValueDescription(string Name, DataType Type, SymbolicShape? Shape);
