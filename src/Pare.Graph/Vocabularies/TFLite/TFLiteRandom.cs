namespace Pare;

/// <summary>Random numbers.</summary>
internal static class TFLiteRandom
{
    public static IEnumerable<OperatorTraits> Operators { get; } = [.. TFLiteTraits.Of(OperatorKind.Random, ["RANDOM_STANDARD_NORMAL", "RANDOM_UNIFORM", "MULTINOMIAL", "STABLEHLO_RNG_BIT_GENERATOR"])];
}
