namespace Pare.Passes.Conversion;

/// <summary>Layers that do nothing at inference, and the ends of models within the model.</summary>
internal static class StructureLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        .. new[]
        {
            "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity",
            "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness", "RandomTranslation",
            "RandomHeight", "RandomWidth", "RandomHue", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomGrayscale", "RandomColorJitter", "RandomColorDegeneration", "RandomErasing",
            "RandomGaussianBlur", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomElasticTransform", "RandAugment", "AugMix", "MixUp", "CutMix",
        }.Select(n => KeyValuePair.Create<string, LayerLowering>(n, Pass)),
        new("Sequential", PassAll),
        new("Functional", PassAll),
        new("Model", PassAll),
    ];

    private static void Pass(LayerContext c)
    {
        c.OutputMask = c.Mask();
        c.SetOutput(c.Raw(0));
    }

    private static void PassAll(LayerContext c)
    {
        c.OutputMask = c.Mask();
        for (int i = 0; i < c.InputCount; i++)
        {
            c.SetOutput(c.Raw(i));
        }
    }
}
