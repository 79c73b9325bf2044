using System.Text;
using System.Text.Json;
using Pare.Evaluation;
using Pare.Formats;
using Pare.Formats.TensorFlow;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>Runs every recorded TensorFlow graph and compares with what TensorFlow gave: floats within 1e-5 relative and 1e-6 absolute, all else exactly.</summary>
public class TensorFlowGoldenTests
{
    private const string Folder = "golden/tensorflow-ops";

    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [];
            foreach (string file in SharedFiles.Find(Folder, "*.pb"))
            {
                names.Add(Path.GetFileNameWithoutExtension(file));
            }

            if (names.Count == 0)
            {
                // Skipped with the reason when it looks for its files.
                names.Add("none");
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_RecordedGraph_AgreesWithTensorFlow(string name)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.InShared("golden", "tensorflow-ops", "index.json")));
        JsonElement entry = index.RootElement.EnumerateArray().Single(e => e.GetProperty("name").GetString() == name);
        Model model = new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(SharedFiles.InShared("golden", "tensorflow-ops", name + ".pb")), Name = name, Suffix = ".pb" });
        using NpzFile arrays = NpzFile.Open(SharedFiles.InShared("golden", "tensorflow-ops", name + ".npz"));
        string[] feeds = TensorNames(entry, "inputs");
        string[] fetches = TensorNames(entry, "outputs");
        using IModelSession session = new OnnxRuntimeRunner().Load(model, new SessionOptions { Feeds = feeds, Fetches = fetches });
        IReadOnlyList<TensorData> results = session.Run([.. session.Inputs.Select(i => arrays.Read(i.Name))]);
        Assert.Equal(fetches, session.Outputs.Select(o => o.Name));
        for (int i = 0; i < fetches.Length; i++)
        {
            if (arrays.TryRead(fetches[i]) is { } expected)
            {
                TensorAssert.Close(expected, results[i], fetches[i]);
            }
            else
            {
                string[] strings = [.. entry.GetProperty("strings").GetProperty(fetches[i]).EnumerateArray().Select(s => s.GetString()!)];
                Assert.Equal(strings, results[i].GetStrings().Select(s => Encoding.Latin1.GetString(s.Span)));
            }
        }
    }

    private static string[] TensorNames(JsonElement entry, string property) => [.. entry.GetProperty(property).EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];
}
