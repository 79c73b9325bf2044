namespace Pare.Passes.Quantize;

/// <summary>How sensitivities are measured.</summary>
public sealed record SensitivityOptions
{
    /// <summary>
    /// Temperature T of the divergence whose curvature is measured: an error δ of the logits costs <c>δᵀ(diag(p) - ppᵀ)δ</c> with <c>p = softmax(logits / T)</c>. At 1 this is twice
    /// the Kullback-Leibler divergence; infinity weighs all logits alike. Default 8: at low
    /// temperatures the few answers in doubt decide everything, which a thousand samples measure badly.
    /// </summary>
    public double Temperature { get; init; } = 8;

    /// <summary>Random directions for each sample. Default 2.</summary>
    public int Draws { get; init; } = 2;

    /// <summary>Seed of the directions. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads to use; the result does not depend on it. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
