using Pare.Passes.Quantize;
using Pare.Workflows;

namespace Pare.Compress;

/// <summary>A model that a search built and measured.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Model">The model.</param>
/// <param name="Codes">Codes of each layer; null where it stays. Empty for a scheme.</param>
/// <param name="Bytes">Size by the measure asked for.</param>
/// <param name="Score">How its answers compare with the original's.</param>
/// <param name="Accepted">Whether the bound on accuracy holds, margin included.</param>
/// <param name="Divergence">The divergence that was aimed at.</param>
internal sealed record SearchCandidate(string Name, Model Model, LayerCodes?[] Codes, long Bytes, CandidateScore Score, bool Accepted, double Divergence)
{
    /// <summary>Whether kernels take the codes as they are (TFLite only).</summary>
    public bool Hybrid { get; init; }

    /// <summary>The steps that make it of the original, where it is a scheme rather than codes found by the search; else null.</summary>
    public IReadOnlyList<RecipeStep>? Steps { get; init; }
}
