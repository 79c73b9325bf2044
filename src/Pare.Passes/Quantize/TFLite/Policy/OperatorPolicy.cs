namespace Pare.Passes.Quantize.TFLite;

/// <summary>What LiteRT's kernels of one operator take.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Rule">How scales go together in integer kernels.</param>
/// <param name="Int8">Whether there is an int8 kernel.</param>
/// <param name="Int16">Whether there is a kernel for 16-bit activations.</param>
/// <param name="Hybrid">Whether there is a kernel for real activations beside 8-bit weights.</param>
/// <param name="Int4">Whether that kernel also takes 4-bit weights, or null where it has none.</param>
/// <param name="Fixed8">Scale and zero point of an int8 output that the kernel fixes.</param>
/// <param name="Fixed16">Scale of a 16-bit output that the kernel fixes; 0 where it does not.</param>
public sealed record OperatorPolicy(string Operator, ScaleRule Rule, bool Int8, bool Int16, bool Hybrid = false, bool Int4 = false, (float Scale, long ZeroPoint) Fixed8 = default, float Fixed16 = 0);
