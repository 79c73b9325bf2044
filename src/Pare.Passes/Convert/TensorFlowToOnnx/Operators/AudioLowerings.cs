namespace Pare.Passes.Conversion;

/// <summary>Features of sound, as TensorFlow's speech commands use them: spectrogram and mel-frequency cepstral coefficients.</summary>
internal static class AudioLowerings
{
    private const int MostBins = 1 << 14;

    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("AudioSpectrogram", Spectrogram),
        new("Mfcc", Mfcc),
    ];

    // Samples [length, channels]; windows weighted by 0.5 - 0.5·cos(2πi/n), filled up to a power of two, |DFT| or its square: [channels, windows, bins].
    private static void Spectrogram(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        long window = c.Attributes.GetInteger("window_size");
        long stride = c.Attributes.GetInteger("stride");
        if (window < 2 || stride < 1 || window > MostBins)
        {
            LoweringContext.Unsupported($"a window of {window} samples every {stride}");
        }

        int length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)window);
        int bins = (length / 2) + 1;
        float[] real = new float[window * bins], imaginary = new float[window * bins];
        for (int i = 0; i < window; i++)
        {
            double weight = 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / window));
            for (int k = 0; k < bins; k++)
            {
                // The product is taken modulo the length first, so that the angle stays small and exact.
                (double sine, double cosine) = Math.SinCos(2 * Math.PI * ((long)i * k % length) / length);
                real[(i * bins) + k] = (float)(weight * cosine);
                imaginary[(i * bins) + k] = (float)(-weight * sine);
            }
        }

        Value x = b.Transpose(b.Cast(c.Input(0), DataType.Float32), 1, 0);
        Value samples = b.Extent(x, 1);
        Value count = b.Add(b.Div(b.Sub(samples, b.Int64s(window)), b.Int64s(stride)), b.Int64s(1));
        Value starts = b.Mul(b.Indices(b.Reshape(b.Emit("Max", [count, b.Int64s(0)]), [])), b.Scalar(DataType.Int64, stride));
        Value places = b.Add(b.Unsqueeze(starts, 1), b.Unsqueeze(b.Indices(b.Scalar(DataType.Int64, window)), 0));
        Value frames = b.Cast(b.Emit("Gather", [x, places], ("axis", AttributeValue.Of(1L))), DataType.Float32);
        Value Part(float[] table) => b.Emit("MatMul", [frames, b.Constant(DenseTensorData.Create(table, new TensorShape(window, bins)))]);
        Value re = Part(real), im = Part(imaginary);
        Value power = b.Add(b.Mul(re, re), b.Mul(im, im));
        c.SetOutput(c.Attributes.GetBoolean("magnitude_squared") ? power : b.Emit("Sqrt", [power]));
    }

    // Magnitudes gathered in triangular mel bands, their logarithm, and the first coefficients of its cosine transform.
    private static void Mfcc(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value spectrogram = c.Input(0);
        long bins = OnnxBuilderHelpers.KnownExtent(spectrogram, 2) ?? throw new LoweringException("the number of the spectrogram's bins is not known");
        int bands = (int)Math.Clamp(c.Attributes.GetInteger("filterbank_channel_count", 40), 1, MostBins);
        int coefficients = (int)Math.Clamp(c.Attributes.GetInteger("dct_coefficient_count", 13), 1, bands);
        if (bins is < 2 or > MostBins)
        {
            LoweringContext.Unsupported($"a spectrogram of {bins} bins");
        }

        float[] filters = MelFilters((int)bins, bands, c.RequiredInteger(1, "the sample rate"), c.Attributes.GetFloat("lower_frequency_limit", 20), c.Attributes.GetFloat("upper_frequency_limit", 4000));
        float[] cosines = new float[bands * coefficients];
        for (int j = 0; j < bands; j++)
        {
            for (int i = 0; i < coefficients; i++)
            {
                cosines[(j * coefficients) + i] = (float)(Math.Sqrt(2.0 / bands) * Math.Cos(i * Math.PI / bands * (j + 0.5)));
            }
        }

        Value energies = b.Emit("MatMul", [b.Emit("Sqrt", [spectrogram]), b.Constant(DenseTensorData.Create(filters, new TensorShape(bins, bands)))]);
        Value logs = b.Emit("Log", [b.Emit("Max", [energies, b.Scalar(DataType.Float32, 1e-12)])]);
        c.SetOutput(b.Emit("MatMul", [logs, b.Constant(DenseTensorData.Create(cosines, new TensorShape(bands, coefficients)))]));
    }

    private static double Mel(double frequency) => 1127 * Math.Log(1 + (frequency / 700));

    // Bin i lies between two band centres, evenly spaced in mel; each gets its share.
    private static float[] MelFilters(int bins, int bands, double rate, double low, double high)
    {
        double bottom = Mel(low);
        double spacing = (Mel(high) - bottom) / (bands + 1);
        double width = 0.5 * rate / (bins - 1);
        int first = (int)(1.5 + (low / width));
        int last = (int)(high / width);
        float[] filters = new float[bins * bands];
        for (int i = Math.Max(0, first); i <= Math.Min(last, bins - 1); i++)
        {
            double mel = Mel(i * width);
            int band = -1;
            while (band + 1 < bands && bottom + (spacing * (band + 2)) < mel)
            {
                band++;
            }

            // The share of the centre below; the rest goes to the one above.
            double share = (bottom + (spacing * (band + 2)) - mel) / spacing;
            if (band >= 0)
            {
                filters[(i * bands) + band] += (float)share;
            }

            if (band + 1 < bands)
            {
                filters[(i * bands) + band + 1] += (float)(1 - share);
            }
        }

        return filters;
    }
}
