using Pare.Evaluation;
using Pare.Formats;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Keras models against what Keras gave.</summary>
public class KerasGoldenTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData("zoo2d.h5")]
    [InlineData("zoo2d.keras")]
    [InlineData("zooseq.h5")]
    [InlineData("zooseq.keras")]
    public void Run_EveryLayer_GivesTheRecordedOutput(string file)
    {
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "keras", file + ".npz"));
        Model model = ModelFile.Open(SharedFiles.InShared("models", "keras", file)).Model;
        HashSet<string> inputs = [.. model.Graph.Inputs.Select(v => v.Name)];
        string[] layers = [.. golden.Names.Where(n => n.StartsWith("layer_", StringComparison.Ordinal)).Select(n => n["layer_".Length..]).Where(n => !inputs.Contains(n))];
        Assert.True(layers.Length > 20);
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Fetches = layers });
        Assert.Equal(layers, session.Outputs.Select(o => o.Name));
        IReadOnlyList<TensorData> results = session.Run([golden.Read("input")]);
        for (int i = 0; i < layers.Length; i++)
        {
            Check(golden.Read("layer_" + layers[i]), results[i], layers[i]);
        }

        using IModelSession whole = new OnnxRuntimeRunner().Load(model);
        IReadOnlyList<TensorData> outputs = whole.Run([golden.Read("input")]);
        for (int i = 0; i < outputs.Count; i++)
        {
            Check(golden.Read($"output_{i}"), outputs[i], $"output {i}");
        }
    }

    [Theory]
    [InlineData("fer_emotion.hdf5")]
    [InlineData("deepcut_full.h5")]
    [InlineData("mtcnn_onet.keras")]
    public void Run_ModelsFromElsewhere_GiveTheRecordedOutputs(string file)
    {
        string path = SharedFiles.InShared("models", "wild", file);
        using NpzFile golden = NpzFile.Open(path + ".golden.npz");
        Model model = ModelFile.Open(path).Model;
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        IReadOnlyList<TensorData> results = session.Run([.. model.Graph.Inputs.Select((_, i) => golden.Read($"in_{i}"))]);
        for (int i = 0; i < results.Count; i++)
        {
            Check(golden.Read($"out_{i}"), results[i], $"output {i}");
        }
    }

    private static void Check(TensorData expected, TensorData actual, string what)
    {
        Assert.True(expected.Shape.Equals(actual.Shape), $"{what}: {actual.Shape} instead of {expected.Shape}");
        float[] a = expected.ToFloats();
        float[] b = actual.ToFloats();
        for (int i = 0; i < a.Length; i++)
        {
            Assert.True(Math.Abs(a[i] - b[i]) <= Tolerance, $"{what}: element {i} is {b[i]} instead of {a[i]}");
        }
    }
}
