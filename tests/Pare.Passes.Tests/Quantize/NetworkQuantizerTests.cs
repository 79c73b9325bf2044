using Pare.Passes.Quantize;
using Pare.Passes.Tests.Differentiate;
using Pare.Passes.Tests.Optimize;
using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Tests.Quantize;

public sealed class NetworkQuantizerTests
{
    private static readonly OnnxRuntimeRunner Runner = new();

    private static Model Network()
    {
        OnnxChain c = new(17, 1, 2, 8, 8);
        c.Model.Graph.Inputs[0].Shape = new SymbolicShape(Dimension.Unknown, 2, 8, 8);
        c.Then("Conv", [c.Constant(1, 6, 2, 3, 3), c.Constant(2, 6)]).Then("Relu");
        Value shortcut = c.Last;
        c.Then("Conv", [c.Constant(3, 6, 1, 3, 3), c.Constant(4, 6)], ("group", AttributeValue.Of(6L)), ("pads", AttributeValue.Of([1L, 1, 1, 1]))).Then("Relu");
        c.Add("Add", [c.Last, shortcut]).Then("GlobalAveragePool").Then("Flatten");
        return c.Then("Gemm", [c.Constant(5, 6, 4), c.Constant(6, 4)]).End();
    }

    private static SampleBatches Samples(Model model) =>
        SampleBatches.Create(Runner, model, [.. Enumerable.Range(0, 40).Select(i => (IReadOnlyList<TensorData>)[Running.Random(100 + i, 1, 2, 8, 8)])], 8);

    private static (LayerResult?[] Layers, Model Model) Quantize(Model model, double lambda, int threads = 2, bool perturbed = false)
    {
        IReadOnlyList<LinearLayer> layers = LinearLayers.Find(model);
        SampleBatches samples = Samples(model);
        SensitivityOptions options = new() { Threads = threads };
        OutputSensitivity?[] sensitivities = perturbed
            ? PerturbedSensitivities.Measure(Runner, model, layers, [], samples, m => Distance(model, m), options).Layers
            : LayerSensitivities.Measure(Runner, model, layers, [], samples, options).Layers;
        return new NetworkQuantizer(Runner, model, layers, sensitivities, samples, new RateDistortionOptions { Threads = threads }).Quantize(lambda);
    }

    private static double Distance(Model a, Model b) =>
        Outputs(a).Zip(Outputs(b), (x, y) => ((double)x - y) * (x - y)).Sum() / 40;

    private static float[] Outputs(Model model)
    {
        using IModelSession session = Runner.Load(model);
        return [.. Samples(model).Batches.SelectMany(b => session.Run(b)[0].ToFloats())];
    }

    [Fact]
    public void Quantize_BitsThatCostNextToNothing_KeepsTheOutputs()
    {
        Model model = Network();
        (_, Model quantized) = Quantize(model, 1e-12);
        Assert.True(Running.Drift(Outputs(model), Outputs(quantized)) < 1e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Quantize_DearerBits_TradesFewerBitsForMoreError(bool perturbed)
    {
        Model model = Network();
        (LayerResult?[] cheap, Model near) = Quantize(model, 1e-7, perturbed: perturbed);
        (LayerResult?[] dear, Model far) = Quantize(model, 1e-4, perturbed: perturbed);
        Assert.Equal(3, cheap.Count(r => r is not null));
        Assert.True(dear.Sum(r => r!.Bits) < 0.7 * cheap.Sum(r => r!.Bits));
        Assert.True(Distance(model, near) < Distance(model, far));
    }

    [Fact]
    public void Quantize_AnyThreads_SameCodes()
    {
        LayerResult?[] one = Quantize(Network(), 1e-5, threads: 1).Layers;
        LayerResult?[] four = Quantize(Network(), 1e-5, threads: 4).Layers;
        Assert.All(one.Zip(four), p => Assert.Equal(p.First!.Weight.Codes, p.Second!.Weight.Codes));
        Assert.All(one.Zip(four), p => Assert.Equal(p.First!.Bias!.Codes, p.Second!.Bias!.Codes));
    }

    [Fact]
    public void Measure_Sensitivities_ForetellWhatAnErrorDoes()
    {
        // The change of the answers by a small error of one output channel's bias, against its curvature.
        Model model = Network();
        IReadOnlyList<LinearLayer> layers = LinearLayers.Find(model);
        SensitivityOptions options = new() { Temperature = 1e6, Draws = 64 };
        OutputSensitivity[] measured = [.. LayerSensitivities.Measure(Runner, model, layers, [], Samples(model), options).Layers.OfType<OutputSensitivity>()];
        Model moved = model.Clone();
        LinearLayer layer = LinearLayers.Find(moved)[1];
        float[] bias = layer.Bias!.Constant!.ToFloats();
        bias[2] += 0.01f;
        layer.Bias.Constant = DenseTensorData.Create(bias, layer.Bias.Constant.Shape);

        // At infinite temperature the curvature is that of the centred logits' mean square.
        double change = 0;
        foreach (float[] row in Outputs(model).Zip(Outputs(moved), (a, b) => b - a).Chunk(4))
        {
            double mean = row.Average();
            change += row.Sum(v => (v - mean) * (v - mean)) / 4 / 40;
        }

        double foretold = measured[1].Shared[2] * 0.01 * 0.01;
        Assert.InRange(change / foretold, 0.7, 1.4);
    }
}
