namespace Pare.Passes.Quantize;

/// <summary>The step that was found for a layer's weight, relative to the one that theory gives at the price of a bit.</summary>
/// <param name="Shape">Whether steps follow no channels (0), output channels (1) or output and input channels (2).</param>
/// <param name="HalfOctaves">Half octaves coarser than theory.</param>
public sealed record StepChoice(int Shape, int HalfOctaves);
