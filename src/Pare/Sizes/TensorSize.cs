namespace Pare.Sizes;

/// <summary>A constant's weight. Immutable.</summary>
/// <param name="Name">The constant.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Bytes">Bytes of its dense form.</param>
/// <param name="Distinct">How many distinct values it has.</param>
/// <param name="Bits">Entropy of the distinct values, bits per element.</param>
/// <param name="Gzip">Bytes of its dense form by gzip alone, its frame included.</param>
public sealed record TensorSize(string Name, DataType Type, TensorShape Shape, long Bytes, long Distinct, double Bits, long Gzip);
