namespace Pare.Passes.Conversion;

/// <summary>Custom operators of TensorFlow's speech commands: spectrogram and mel-frequency cepstral coefficients, their options in a map.</summary>
internal static class TFLiteSounds
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("AudioSpectrogram", Spectrogram),
        TFLiteLowering.Of("Mfcc", Mfcc),
    ];

    private static void Spectrogram(TFLiteContext c)
    {
        FlexMap options = TFLiteCustoms.Map(c);
        c.SetOutput(c.TensorFlow(
            "AudioSpectrogram",
            [c.Input(0)],
            ("window_size", AttributeValue.Of((long)options.Number("window_size", 0))),
            ("stride", AttributeValue.Of((long)options.Number("stride", 0))),
            ("magnitude_squared", AttributeValue.Of(options.Number("magnitude_squared", 0) != 0))));
    }

    private static void Mfcc(TFLiteContext c)
    {
        FlexMap options = TFLiteCustoms.Map(c);
        c.SetOutput(c.TensorFlow(
            "Mfcc",
            [c.Input(0), c.Stored(1)],
            ("upper_frequency_limit", AttributeValue.Of((float)options.Number("upper_frequency_limit", 4000))),
            ("lower_frequency_limit", AttributeValue.Of((float)options.Number("lower_frequency_limit", 20))),
            ("filterbank_channel_count", AttributeValue.Of((long)options.Number("filterbank_channel_count", 40))),
            ("dct_coefficient_count", AttributeValue.Of((long)options.Number("dct_coefficient_count", 13)))));
    }
}
