namespace Pare.Workflows;

/// <summary>A constant in a report.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Element type, lower-case.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Bytes">Bytes in dense storage.</param>
public sealed record TensorReport(string Name, string Type, IReadOnlyList<long> Shape, long Bytes);
