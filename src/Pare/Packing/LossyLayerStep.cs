namespace Pare.Packing;

/// <summary>The step of one layer's weight, as <see cref="Pare.Passes.Quantize.StepChoice"/> has it.</summary>
/// <param name="Weight">Name of the weight.</param>
/// <param name="Shape">Which channels steps follow.</param>
/// <param name="HalfOctaves">Half octaves coarser than theory.</param>
public sealed record LossyLayerStep(string Weight, int Shape, int HalfOctaves);
