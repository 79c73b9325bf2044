namespace Pare.Testing;

/// <summary>An input or output as the runtime describes it.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="SignatureName">Its name in the model's first signature; the tensor's name where there is none.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents; 1 stands for a dynamic one.</param>
/// <param name="Signature">Extents with -1 for dynamic ones; empty where all are static.</param>
public sealed record LiteRtTensor(string Name, string SignatureName, DataType Type, TensorShape Shape, IReadOnlyList<long> Signature);
