namespace Pare.Passes.Quantize;

/// <summary>How much a layer's output channels matter to the network's answers.</summary>
/// <param name="PerPlace">For each output channel the mean over samples and places of the squared gradient by one place's output.</param>
/// <param name="Shared">For each output channel the mean over samples of the squared sum of the gradients over places: what an error of the bias costs.</param>
public sealed record OutputSensitivity(double[] PerPlace, double[] Shared)
{
    /// <summary>
    /// Mean over samples and places of the products of the gradients by two output channels of one place, row-major; <see cref="PerPlace"/> is its diagonal. Null where it
    /// was not measured (grouped layers, many channels).
    /// </summary>
    public double[]? Covariance { get; init; }
}
