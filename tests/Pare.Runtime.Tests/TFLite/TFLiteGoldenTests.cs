using Pare.Evaluation;
using Pare.Formats;
using Pare.Formats.TFLite;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Runs every recorded operator model and compares with what LiteRT gave: floats within 1e-5 of the largest output, integers within one step, layers with integer weights bit for bit.</summary>
public class TFLiteGoldenTests
{
    private const string Folder = "golden/tflite-ops";

    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [];
            foreach (string file in SharedFiles.Find(Folder, "*.tflite"))
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
    public void Run_RecordedModel_AgreesWithLiteRt(string name)
    {
        Model model = new TFLiteFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(SharedFiles.InShared("golden", "tflite-ops", name + ".tflite")), Name = name });
        using NpzFile golden = NpzFile.Open(SharedFiles.InShared("golden", "tflite-ops", name + ".npz"));
        using IModelSession session = new OnnxRuntimeRunner().Load(model);
        IReadOnlyList<TensorData> results = session.Run([.. session.Inputs.Select((_, i) => golden.Read($"in_{i}"))]);
        bool exact = model.Graph.Nodes.All(n => n.Operator is "CONV_2D" or "DEPTHWISE_CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" or "ADD" or "SUB" or "MUL" or "RESHAPE" or "CONCATENATION");
        for (int i = 0; i < results.Count; i++)
        {
            TFLiteAssert.Close(golden.Read($"out_{i}"), results[i], $"out_{i}", exact && results[i].Type != DataType.Int16 ? 0 : 1);
        }
    }
}
