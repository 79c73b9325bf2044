namespace Pare;

/// <summary>Inputs, what does nothing at inference, and the ends of models within the model.</summary>
internal static class KerasStructure
{
    public static IEnumerable<OperatorTraits> Layers { get; } =
    [
        .. KerasTraits.Of(OperatorKind.Placeholder, ["InputLayer"]),
        .. KerasTraits.Of(
            OperatorKind.Identity,
            [
                "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity",
                "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness", "RandomTranslation",
                "RandomHeight", "RandomWidth", "RandomHue", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomGrayscale", "RandomColorJitter", "RandomColorDegeneration", "RandomErasing",
                "RandomGaussianBlur", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomElasticTransform", "RandAugment", "AugMix", "MixUp", "CutMix",
            ],
            t => t with { ScalePassesThrough = true }),
        .. KerasTraits.Of(OperatorKind.Pure, ["Sequential", "Functional", "Model", "Masking"]),
        .. new[] { KerasStepOperators.Merge, KerasStepOperators.Split }.Select(n => new OperatorTraits { Operator = n, Domain = KerasStepOperators.Domain, Kind = OperatorKind.Pure }),
    ];
}
