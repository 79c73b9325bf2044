namespace Pare;

/// <summary>Random numbers: never folded, never merged.</summary>
internal static class TensorFlowRandom
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. TensorFlowTraits.Of(
            OperatorKind.Random,
            [
                "RandomUniform", "RandomUniformInt", "RandomStandardNormal", "TruncatedNormal", "ParameterizedTruncatedNormal", "RandomShuffle", "Multinomial", "RandomGamma", "RandomPoisson", "RandomPoissonV2", "RandomCrop",
                "SampleDistortedBoundingBox", "SampleDistortedBoundingBoxV2", "LogUniformCandidateSampler", "UniformCandidateSampler", "AllCandidateSampler", "FixedUnigramCandidateSampler", "LearnedUnigramCandidateSampler",
            ]),
        .. TensorFlowTraits.Of(OperatorKind.Pure, ["StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal", "StatelessMultinomial"]),
    ];
}
