using Pare.Passes.Quantize.TFLite;
using Pare.Runtime;
using Xunit;

namespace Pare.Passes.Quantize.Tests;

/// <summary>Odd activations and weights: channels of zeros and of tiny weights, what is not finite, ranges of another model, and operands of different fixed scales.</summary>
public class IntegerPassTests
{
    [Fact]
    public void Run_ChannelOfZerosAndTinyChannel_KeepTheirBias()
    {
        Model model = Layer([0, 0, 0, 0, 1e-6f, -1e-6f, 1, -1], [3, 0.5f, -0.25f, 0]);
        float[] input = [0.5f, -1];
        Quantize(model, [input]);
        float[] answers = Run(model, input);
        Assert.Equal(3, answers[0], 0.05);
        Assert.Equal(0.5, answers[1], 0.05);
        Assert.Equal(-0.25, answers[2], 0.05);
        Assert.Equal(1.5, answers[3], 0.05);
    }

    [Fact]
    public void Run_ConstantInput_HasAScale()
    {
        Model model = Layer([1, 1, 1, 1, 1, 1, 1, 1], [1, 2, 3, 4]);
        Quantize(model, [[0, 0]]);
        Assert.Equal([1, 2, 3, 4], Run(model, [0, 0]).Select(v => Math.Round(v, 1)));
    }

    [Fact]
    public void Run_InfiniteActivation_NamesTheNode()
    {
        Model model = Layer([1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0], last: "EXP");
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => Quantize(model, [[1000, 0]]));
        Assert.Equal("EXP", Assert.Single(e.Nodes).Operator);
    }

    [Fact]
    public void Run_InfiniteActivationExcluded_LeavesItReal()
    {
        Model model = Layer([1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0], last: "EXP");
        Quantize(model, [[1000, 0]], new IntegerQuantizeOptions { Ranges = null!, Exclude = ["last"] });
        Assert.Equal(["QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE", "EXP"], model.Graph.Nodes.Select(n => n.Operator));
    }

    [Fact]
    public void Run_RangesOfAnotherModel_AreRefused() =>
        Assert.Throws<RecipeException>(() => new QuantizeTFLiteIntegerPass(new IntegerQuantizeOptions { Ranges = new ActivationRanges { Ranges = new Dictionary<string, ActivationRange> { ["else"] = new(0, 1) } } })
            .Run(Layer([1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0]), new PassContext()));

    [Fact]
    public void Run_FixedScaleMeetsAnother_IsRequantized()
    {
        Model model = Layer([1, 2, 3, 4, 5, 6, 7, 8], [0, 0, 0, 0], last: "LOGISTIC");
        Value joined = model.Graph.CreateNode("join", "CONCATENATION", [model.Graph.Outputs[0], model.Graph.Nodes.First().Output]).Output;
        joined.Producer!.Attributes["axis"] = AttributeValue.Of(1L);
        (joined.Name, joined.Type, joined.Shape) = ("join", DataType.Float32, new SymbolicShape(new TensorShape(1, 8)));
        model.Graph.Outputs[0] = joined;
        float[] before = Run(model, [0.5f, 1]);
        Quantize(model, [[0.5f, 1]]);
        Assert.Equal(2, model.Graph.Nodes.Count(n => n.Operator == "QUANTIZE"));
        Assert.All(before.Zip(Run(model, [0.5f, 1])), p => Assert.Equal(p.First, p.Second, 0.06));
    }

    // [1, 2] through a product with four outputs, and one more operator.
    private static Model Layer(float[] weights, float[] bias, string? last = null)
    {
        Model model = new(Vocabularies.TFLite, new Graph("main"));
        Value x = new("x", DataType.Float32, new SymbolicShape(new TensorShape(1, 2)));
        model.Graph.Inputs.Add(x);
        Value w = model.Graph.AddInitializer("w", DenseTensorData.Create(weights, new TensorShape(4, 2)));
        Value b = model.Graph.AddInitializer("b", DenseTensorData.Create(bias, new TensorShape(4)));
        Value y = model.Graph.CreateNode("product", "FULLY_CONNECTED", [x, w, b]).Output;
        (y.Name, y.Type, y.Shape) = ("product", DataType.Float32, new SymbolicShape(new TensorShape(1, 4)));
        if (last is not null)
        {
            y = model.Graph.CreateNode("last", last, [y]).Output;
            (y.Name, y.Type, y.Shape) = ("last", DataType.Float32, new SymbolicShape(new TensorShape(1, 4)));
        }

        model.Graph.Outputs.Add(y);
        return model;
    }

    private static void Quantize(Model model, float[][] samples, IntegerQuantizeOptions? options = null)
    {
        using ActivationCalibrator calibrator = new(new OnnxRuntimeRunner(), model, new CalibrationOptions { Threads = 1 });
        foreach (float[] s in samples)
        {
            calibrator.Add([DenseTensorData.Create(s, new TensorShape(1, 2))]);
        }

        new QuantizeTFLiteIntegerPass((options ?? new IntegerQuantizeOptions { Ranges = null! }) with { Ranges = calibrator.Finish() }).Run(model, new PassContext { Threads = 1 });
        GraphVerifier.Verify(model);
    }

    private static float[] Run(Model model, float[] input)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        return session.Run([DenseTensorData.Create(input, new TensorShape(1, 2))])[0].ToFloats();
    }
}
