using System.Text.Json;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Formats.TensorFlow;
using Pare.Passes.Conversion;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Conversions;

/// <summary>Converts every recorded TensorFlow graph and compares what LiteRT gives with what TensorFlow gave.</summary>
public class TensorFlowToTFLiteGoldenTests
{
    // What LiteRT cannot be asked, or TFLite's kernels cannot compute; docs/convert.md lists these.
    private static readonly Dictionary<string, string> s_limits = new(StringComparer.Ordinal)
    {
        ["const_double"] = "values beyond binary32, in which the kernels compute",
        ["const_empty"] = "LiteRT makes no buffers for tensors without elements",
        ["reshape_zero_dim"] = "LiteRT makes no buffers for tensors without elements",
        ["const_string"] = "LiteRT's compiled models know no strings",
        ["range"] = "LiteRT's compiled models refuse an output whose extent a scalar input decides",
        ["eightbit_matmul_pipeline"] = "32-bit codes are scaled in binary64, which the kernels lack: 6e-5 off",
    };

    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [];
            foreach (string file in SharedFiles.Find("golden/tensorflow-ops", "*.pb"))
            {
                names.Add(Path.GetFileNameWithoutExtension(file));
            }

            if (names.Count == 0)
            {
                names.Add("none");
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Convert_RecordedGraph_LiteRtAgreesWithTensorFlow(string name)
    {
        Assert.SkipWhen(s_limits.TryGetValue(name, out string? limit), limit ?? "");
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.InShared("golden", "tensorflow-ops", "index.json")));
        JsonElement entry = index.RootElement.EnumerateArray().Single(e => e.GetProperty("name").GetString() == name);
        Model model = new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(SharedFiles.InShared("golden", "tensorflow-ops", name + ".pb")), Name = name, Suffix = ".pb" });
        using NpzFile arrays = NpzFile.Open(SharedFiles.InShared("golden", "tensorflow-ops", name + ".npz"));
        Dictionary<string, TensorData> inputs = TensorNames(entry, "inputs").ToDictionary(n => n, n => arrays.Read(n));
        Select(model, TensorNames(entry, "inputs"), TensorNames(entry, "outputs"), inputs);
        Model converted = TensorFlowToTFLite.Convert(model, Lite.Context);
        Dictionary<string, TensorData> fed = converted.Graph.Inputs.ToDictionary(v => v.Name, v => inputs[v.Name]);
        IReadOnlyDictionary<string, TensorData> results = Lite.Run(converted, fed);
        foreach (string output in TensorNames(entry, "outputs"))
        {
            if (arrays.TryRead(output) is { } expected)
            {
                Lite.AssertClose(expected, results[output], output);
            }
        }
    }

    // The interface as recorded, with the shapes that were fed: LiteRT is asked once, with these.
    private static void Select(Model model, string[] feeds, string[] fetches, Dictionary<string, TensorData> inputs)
    {
        model.Graph.Inputs.Clear();
        model.Graph.Outputs.Clear();
        foreach (string feed in feeds)
        {
            Value v = model.Graph.FindValue(feed)!;
            v.Shape = new SymbolicShape(inputs[feed].Shape);
            model.Graph.Inputs.Add(v);
        }

        foreach (string fetch in fetches)
        {
            model.Graph.Outputs.Add(model.Graph.FindValue(fetch)!);
        }
    }

    private static string[] TensorNames(JsonElement entry, string property) => [.. entry.GetProperty(property).EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];
}
