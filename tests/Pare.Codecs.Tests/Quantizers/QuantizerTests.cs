using Xunit;

namespace Pare.Codecs.Tests;

public class QuantizerTests
{
    [Fact]
    public void TrellisQuantize_LaplacianWeights_GainsOverTheUniformGrid()
    {
        float[] weights = Laplacian(60_000, 1, 3);
        int[] codes = new int[weights.Length];
        float[] values = new float[weights.Length];
        TrellisQuantizer.Quantize(weights, 0.35f, 0, codes);
        DependentStates.Reconstruct(codes, 0.35f, values);
        double trellisBits = CabacCoder.Encode(codes, dependent: true).Length * 8.0 / weights.Length;
        double trellisDecibels = Snr(weights, values);

        UniformQuantizer.Round(weights, 0.5f, codes);
        double uniformBits = CabacCoder.Encode(codes).Length * 8.0 / weights.Length;
        double uniformDecibels = Snr(weights, [.. codes.Select(c => c * 0.5f)]);

        // 6.02 dB are a bit.
        double gain = (trellisDecibels - uniformDecibels) / 6.02 - (trellisBits - uniformBits);
        Assert.InRange(gain, 0.1, 0.25);
    }

    [Fact]
    public void TrellisQuantize_LongArray_SettlesEveryBlock()
    {
        float[] weights = Laplacian(140_000, 1, 9);
        int[] codes = new int[weights.Length];
        float[] values = new float[weights.Length];
        TrellisQuantizer.Quantize(weights, 0.1f, 0.02, codes, passes: 1);
        DependentStates.Reconstruct(codes, 0.1f, values);
        Assert.True(weights.Zip(values, (w, v) => Math.Abs(w - v)).Max() < 0.5);
    }

    [Fact]
    public void UniformQuantize_WithLambda_NeedsFewerBitsForItsError()
    {
        float[] weights = Laplacian(40_000, 1, 5);
        SymbolLayout layout = SymbolLayout.Matrix(200, 200);
        int[] rounded = new int[weights.Length];
        int[] chosen = new int[weights.Length];
        UniformQuantizer.Round(weights, 1.2f, rounded);
        UniformQuantizer.Quantize(weights, layout, 1f, 0.116, chosen);
        double roundedBits = SymbolCoder.Encode(rounded, layout).Length * 8.0 / weights.Length;
        double chosenBits = SymbolCoder.Encode(chosen, layout).Length * 8.0 / weights.Length;
        double gain = (Snr(weights, [.. chosen.Select(c => (float)c)]) - Snr(weights, [.. rounded.Select(c => c * 1.2f)])) / 6.02 - (chosenBits - roundedBits);
        Assert.True(gain > 0.02, $"{gain}");
    }

    [Fact]
    public void UniformQuantize_SensitiveWeights_KeepsThemNearer()
    {
        float[] weights = Laplacian(20_000, 1, 6);
        float[] sensitivities = [.. Enumerable.Range(0, weights.Length).Select(k => k % 2 == 0 ? 0.1f : 1.9f)];
        int[] codes = new int[weights.Length];
        UniformQuantizer.Quantize(weights, SymbolLayout.Vector(weights.Length), 1f, 0.15, codes, sensitivities);
        double Error(int parity) => Enumerable.Range(0, weights.Length).Where(k => k % 2 == parity).Sum(k => Math.Pow(weights[k] - codes[k], 2));
        Assert.True(Error(1) < 0.9 * Error(0));
    }

    [Fact]
    public void StepAllocator_ScaledTensor_GivesTheSameErrorPerWeight()
    {
        float[] narrow = Laplacian(20_000, 1, 7);
        float[] wide = [.. narrow.Select(w => w * 8)];
        SymbolLayout layout = SymbolLayout.Matrix(100, 200);

        // One slope gives all tensors about the same error at high rates, however wide they are; a sensitive tensor gets a finer step.
        float a = StepAllocator.Choose(narrow, layout, 0.001);
        float b = StepAllocator.Choose(wide, layout, 0.001);
        float c = StepAllocator.Choose(narrow, layout, 0.001, sensitivity: 16);
        Assert.InRange(b / a, 0.7, 1.5);
        Assert.InRange(a / c, 2.8, 5.7);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e20f)]
    public void Quantize_ValueOffTheGrid_Throws(float value)
    {
        Assert.Throws<ArgumentException>(() => UniformQuantizer.Round([value], 1e-3f, new int[1]));
        Assert.Throws<ArgumentException>(() => TrellisQuantizer.Quantize([value], 1e-3f, 0, new int[1]));
    }

    private static float[] Laplacian(int count, double scale, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int k = 0; k < count; k++)
        {
            double u = random.NextDouble() - 0.5;
            values[k] = (float)(-scale * Math.Sign(u) * Math.Log(1 - 2 * Math.Abs(u) + 1e-12));
        }

        return values;
    }

    private static double Snr(float[] values, float[] approximation)
    {
        double signal = 0;
        double noise = 0;
        for (int k = 0; k < values.Length; k++)
        {
            signal += (double)values[k] * values[k];
            noise += Math.Pow(values[k] - (double)approximation[k], 2);
        }

        return 10 * Math.Log10(signal / noise);
    }
}
