namespace Pare.Packing;

/// <summary>What became of one constant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Elements">Number of elements.</param>
/// <param name="Bits">Bits of a code on the average, by a dry run of the coder on the tensor alone.</param>
/// <param name="Step">The step.</param>
/// <param name="Sqnr">Signal to quantization noise in decibels.</param>
/// <param name="Zeros">Part of the codes that are zero.</param>
public sealed record LossyTensor(string Name, long Elements, double Bits, double Step, double Sqnr, double Zeros);
