using Pare.Evaluation;
using Pare.Formats;
using Pare.Passes.Quantize;
using Pare.Passes.Quantize.TFLite;
using Pare.Runtime;
using Pare.Testing;
using Xunit;

namespace Pare.Tests.Quantizing;

/// <summary>
/// The policy table against the runtime: every operator of the recorded models, quantized on its recorded input, is accepted by LiteRT and gives the real model's answers as nearly
/// as its integers allow, and what Pare itself computes is what LiteRT computes.
/// </summary>
public class IntegerOperatorTests
{
    public static TheoryData<string, bool> Names
    {
        get
        {
            TheoryData<string, bool> names = [];
            foreach (string file in SharedFiles.Find("golden/tflite-ops", "*_f32.tflite").Where(f => !f.Contains("lstm", StringComparison.Ordinal) && !f.Contains("floor_ceil", StringComparison.Ordinal)))
            {
                names.Add(Path.GetFileNameWithoutExtension(file), false);
                names.Add(Path.GetFileNameWithoutExtension(file), true);
            }

            if (names.Count == 0)
            {
                // Skipped with the reason when it looks for its files.
                names.Add("none", false);
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Quantize_RecordedOperator_RunsInLiteRt(string name, bool wide)
    {
        Model model = ModelFile.Open(SharedFiles.InShared("golden", "tflite-ops", name + ".tflite")).Model;
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "tflite-ops", name + ".npz"));
        TensorData[] inputs = [.. model.Graph.Inputs.Select((_, i) => golden.Read($"in_{i}"))];
        OnnxRuntimeRunner runner = new();
        using ActivationCalibrator calibrator = new(runner, model, new CalibrationOptions { Threads = 1 });
        calibrator.Add(inputs);
        IReadOnlyList<Change> changes = new QuantizeTFLiteIntegerPass(new IntegerQuantizeOptions { Ranges = calibrator.Finish(), Wide = wide }).Run(model, new PassContext { Threads = 1 });
        GraphVerifier.Verify(model);
        Assert.NotNull(changes);
        using LiteRtModel running = LiteRtModel.Load(TFLiteBytes.Of(model));
        Dictionary<string, TensorData> byName = model.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second);
        IReadOnlyDictionary<string, TensorData> answers = running.Run(byName);
        using IModelSession own = runner.Load(model);
        IReadOnlyList<TensorData> same = own.Run(inputs);
        for (int i = 0; i < model.Graph.Outputs.Count; i++)
        {
            TensorData expected = golden.Read($"out_{i}");
            TensorData actual = answers[model.Graph.Outputs[i].Name];
            if (expected.Type != DataType.Float32)
            {
                continue;
            }

            double sqnr = Decibels.Sqnr(expected.ToFloats(), actual.ToFloats());
            double agreement = Decibels.Sqnr(actual.ToFloats(), same[i].ToFloats());
            Assert.True(sqnr > (wide ? 42 : 22), $"{model.Graph.Outputs[i].Name}: {sqnr:0.0} dB from the real model");
            Assert.True(agreement > (wide ? 42 : 30), $"{model.Graph.Outputs[i].Name}: {agreement:0.0} dB between Pare and LiteRT");
        }
    }
}
