namespace Pare.Compress;

/// <summary>What was decided for one weight.</summary>
/// <param name="Weight">Name of the weight.</param>
/// <param name="Elements">Number of its elements.</param>
/// <param name="Encoding">How it is stored: <c>codes</c>, <c>codes-input-scales</c> (a scale for each input channel too), <c>in-place</c> or <c>unchanged</c>.</param>
/// <param name="Step">The layer's step; 0 where unchanged.</param>
/// <param name="Sensitivity">Divergence of the outputs (nats) for a unit of squared error at the layer's output.</param>
/// <param name="BitsPerWeight">Entropy of the codes, in bits.</param>
/// <param name="SqnrDb">Signal to quantization noise of the weights, in dB; infinite where unchanged.</param>
public sealed record LayerPlan(string Weight, long Elements, string Encoding, double Step, double Sensitivity, double BitsPerWeight, double SqnrDb);
