namespace Pare.Formats;

/// <summary>How a container keeps a tensor.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Codec">How it is coded: <c>codes</c>, <c>palette</c>, <c>integers</c>, <c>planes</c>, <c>bytes</c>, <c>stored</c>, <c>copy</c>, <c>structure</c>; several, joined by +, where parts differ.</param>
/// <param name="Bits">Coded bits an element; nearly, where it shares a stream with others.</param>
/// <param name="SqnrDb">Signal-to-noise ratio in decibels against the original as the packer measured it; null where it is exact or not told.</param>
public sealed record PackedTensor(string Name, string Codec, double Bits, double? SqnrDb);
