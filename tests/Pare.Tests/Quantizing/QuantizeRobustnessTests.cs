using Pare.Evaluation;
using Pare.Formats;
using Pare.Passes.Quantize;
using Pare.Passes.Quantize.TFLite;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Quantizing;

/// <summary>What a sweep over many models found: files that the runtime refused or ended on, and names that changed.</summary>
public class QuantizeRobustnessTests
{
    [Theory]
    [InlineData("elu_f32", IntegerInterface.UInt8)]
    [InlineData("logical_f32", IntegerInterface.Int8)]
    [InlineData("logical_f32", IntegerInterface.UInt8)]
    public void Quantize_IntegerInterface_KeepsNamesAndRunsInLiteRt(string name, IntegerInterface io)
    {
        Model model = ModelFile.Open(SharedFiles.InShared("golden", "tflite-ops", name + ".tflite")).Model;
        string[] before = [.. model.Graph.Inputs.Concat(model.Graph.Outputs).Select(v => v.Name)];
        TensorData[] inputs = Random(model);
        using ActivationCalibrator calibrator = new(new OnnxRuntimeRunner(), model, new CalibrationOptions { Threads = 1 });
        calibrator.Add(inputs);
        new QuantizeTFLiteIntegerPass(new IntegerQuantizeOptions { Ranges = calibrator.Finish(), Interface = io }).Run(model, new PassContext { Threads = 1 });
        GraphVerifier.Verify(model);
        Assert.Equal(before, model.Graph.Inputs.Concat(model.Graph.Outputs).Select(v => v.Name));
        using LiteRtModel running = LiteRtModel.Load(TFLiteBytes.Of(model));
        Assert.Equal(model.Graph.Outputs.Count, running.Run([.. running.Inputs.Select(i => new DenseTensorData(i.Type, i.Shape, new byte[i.Type.ByteLength(i.Shape.Count)]))]).Count);
    }

    [Fact]
    public void Quantize_LayerWhoseOutputHardlyMoves_StaysWithinTheRuntimesFactors()
    {
        // The ranges say that the layer gives next to nothing: its factor s_in * s_w / s_out would pass what the runtime takes.
        Model model = Converted(SharedFiles.Sample("petals", "petals.h5"));
        TensorData[] inputs = Random(model);
        using ActivationCalibrator calibrator = new(new OnnxRuntimeRunner(), model, new CalibrationOptions { Threads = 1 });
        calibrator.Add(inputs);
        ActivationRanges ranges = calibrator.Finish();
        Value output = model.Graph.Nodes.First(n => n.Operator == "CONV_2D").Output;
        ActivationRanges narrow = ranges with { Ranges = ranges.Ranges.ToDictionary(r => r.Key, r => r.Key == output.Name ? new ActivationRange(0, 1e-12f) : r.Value) };
        new QuantizeTFLiteIntegerPass(new IntegerQuantizeOptions { Ranges = narrow }).Run(model, new PassContext { Threads = 1 });
        Node layer = model.Graph.Nodes.First(n => n.Operator == "CONV_2D");
        float factor = layer.Inputs[0]!.Quantization!.Scales[0] * layer.Inputs[1]!.Quantization!.Scales.Max() / layer.Output.Quantization!.Scales[0];
        Assert.InRange(factor, 0, 255.9f);
        using LiteRtModel running = LiteRtModel.Load(TFLiteBytes.Of(model));
        Assert.Single(running.Run(inputs));
    }

    [Fact]
    public void Float16_OfAModelWithHybridLayers_RunsInLiteRt()
    {
        Model model = ModelFile.Open(SharedFiles.InShared("models", "mlperf-tiny", "kws_ref_model_float32.tflite")).Model;
        TensorData[] inputs = Random(model);
        new QuantizeTFLitePass(new TFLiteQuantizeOptions { Scheme = TFLiteScheme.Float16 }).Run(model, new PassContext { Threads = 1 });
        using LiteRtModel running = LiteRtModel.Load(TFLiteBytes.Of(model));
        Assert.Single(running.Run(inputs));
    }

    [Theory]
    [InlineData("keras", "lenet5.h5")]
    [InlineData("keras", "fashion_res.h5")]
    [InlineData("mlperf-tiny", "pretrainedResnet.h5")]
    [InlineData("mlperf-tiny", "vww_96.h5")]
    public void Equalize_TrainedModel_KeepsTheFunction(params string[] path)
    {
        Model model = Converted(SharedFiles.InShared(["models", .. path]));
        TensorData[] inputs = Random(model);
        IReadOnlyList<TensorData> before = Run(model, inputs);
        Change change = Assert.Single(new EqualizeLayersPass().Run(model, new PassContext { Threads = 1 }));
        Assert.True(change.Count > 0, "no pair of layers was equalized");
        IReadOnlyList<TensorData> after = Run(model, inputs);
        for (int i = 0; i < before.Count; i++)
        {
            Assert.InRange(Decibels.Sqnr(before[i].ToFloats(), after[i].ToFloats()), 80, double.PositiveInfinity);
        }
    }

    [Theory]
    [InlineData("keras", "fashion_res.h5")]
    [InlineData("wild", "face_detection_short_range.tflite")]
    public void Dynamic_PointwiseConvolutions_AreComputedAsInLiteRt(params string[] path)
    {
        Model model = Converted(SharedFiles.InShared(["models", .. path]));
        TensorData[] inputs = Random(model);
        new QuantizeTFLitePass(new TFLiteQuantizeOptions { Scheme = TFLiteScheme.Dynamic }).Run(model, new PassContext { Threads = 1 });
        using LiteRtModel running = LiteRtModel.Load(TFLiteBytes.Of(model));
        IReadOnlyDictionary<string, TensorData> expected = running.Run(model.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second));
        IReadOnlyList<TensorData> actual = Run(model, inputs);
        for (int i = 0; i < actual.Count; i++)
        {
            Assert.InRange(Decibels.Sqnr(expected[model.Graph.Outputs[i].Name].ToFloats(), actual[i].ToFloats()), 50, double.PositiveInfinity);
        }
    }

    private static Model Converted(string path) => new ConvertStep { To = "tflite" }.Apply(ModelFile.Open(path).Model, new PassContext { Runner = new OnnxRuntimeRunner() }).Model;

    private static IReadOnlyList<TensorData> Run(Model model, TensorData[] inputs)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        return session.Run(inputs);
    }

    private static TensorData[] Random(Model model)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        ValueDescription[] inputs = [.. session.Inputs.Select(i => i with { Shape = new SymbolicShape([.. i.Shape!.Dimensions.Select(d => (Dimension)(d.Value ?? 1))]) })];
        TensorContent sample = (TensorContent)RandomDataset.Create(inputs, 1, 1).Read([0]).Single().Load();
        return [.. inputs.Select((input, i) => Filled(sample.Tensors[i].Value, input))];
    }

    private static DenseTensorData Filled(TensorData sample, ValueDescription input)
    {
        TensorShape shape = input.Shape!.ToStatic()!;
        return new DenseTensorData(input.Type, shape, Enumerable.Range(0, (int)(shape.Count / sample.Count)).SelectMany(_ => sample.GetBytes().ToArray()).ToArray());
    }
}
