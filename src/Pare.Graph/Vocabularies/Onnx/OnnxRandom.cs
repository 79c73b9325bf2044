namespace Pare;

/// <summary>Random numbers, and what belongs to training.</summary>
internal static class OnnxRandom
{
    public static IEnumerable<OperatorTraits> Operators { get; } =
    [
        .. OnnxTraits.Of(OperatorKind.Random, ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"]),
        .. OnnxTraits.Of(OperatorKind.Training, ["Gradient", "Adagrad", "Adam", "Momentum"], t => t with { Domain = "ai.onnx.preview.training" }),
    ];
}
