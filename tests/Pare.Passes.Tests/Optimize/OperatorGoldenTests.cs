using System.Text.Json;
using Pare.Evaluation;
using Pare.Passes.Optimize;
using Pare.Runtime;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

/// <summary>Every operator golden, optimised and not: the same outputs.</summary>
public sealed class OperatorGoldenTests
{
    [Fact]
    public void Optimize_EveryOperatorGolden_KeepsOutputs()
    {
        string folder = SharedFiles.InShared("golden", "tensorflow-ops");
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
        List<string> failures = [];
        int compared = 0;
        foreach (JsonElement entry in index.RootElement.EnumerateArray())
        {
            string name = entry.GetProperty("name").GetString()!;
            string[] inputs = [.. Names(entry, "inputs")];
            string[] outputs = [.. Names(entry, "outputs")];
            Model model = Running.Open(Path.Combine(folder, name + ".pb"));
            using NpzFile npz = NpzFile.Open(Path.Combine(folder, name + ".npz"));
            IReadOnlyList<TensorData> before;
            try
            {
                before = Run(model, npz, inputs, outputs);
            }
            catch (UnsupportedModelException)
            {
                continue;
            }

            try
            {
                OptimizeOptions options = new() { Inputs = inputs, Outputs = outputs };
                Running.Optimize(model, options);
                IReadOnlyList<TensorData> after = Run(model, npz, inputs, outputs);
                for (int i = 0; i < outputs.Length; i++)
                {
                    Compare(before[i], after[i]);
                }

                Assert.Empty(Running.Optimize(model, options));
                compared++;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                failures.Add($"{name}: {e.GetType().Name} {e.Message}");
            }
        }

        Assert.True(failures.Count == 0, $"{compared} right, {failures.Count} wrong:\n" + string.Join("\n", failures));
        Assert.True(compared > 150, $"only {compared} compared");
    }

    private static IEnumerable<string> Names(JsonElement entry, string key) =>
        entry.GetProperty(key).EnumerateArray().Select(e => e.GetProperty("name").GetString()!);

    private static IReadOnlyList<TensorData> Run(Model model, NpzFile npz, string[] inputs, string[] outputs)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Feeds = inputs, Fetches = outputs });
        return session.Run([.. inputs.Select(npz.Read)]);
    }

    private static void Compare(TensorData a, TensorData b)
    {
        Assert.Equal(a.Type, b.Type);
        Assert.Equal(a.Shape, b.Shape);
        if (a.Type == DataType.String || a.Type.BitWidth() == 0)
        {
            return;
        }

        foreach ((float x, float y) in a.ToFloats().Zip(b.ToFloats()))
        {
            Assert.True(x.Equals(y) || Math.Abs(x - y) <= 1e-6 + (1e-5 * Math.Abs(x)), $"{x} became {y}");
        }
    }
}
