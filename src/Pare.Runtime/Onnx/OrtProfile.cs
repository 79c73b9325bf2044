using System.Globalization;
using System.Text.Json;

namespace Pare.Runtime;

/// <summary>The file into which ONNX Runtime notes what each operator took: a JSON array of events in Chrome's tracing format. Made for one session; removed when it is disposed of.</summary>
internal sealed class OrtProfile : IDisposable
{
    private const string Suffix = "_kernel_time";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pare-profile-");

    /// <summary>What the file's name begins with.</summary>
    public string Prefix => Path.Combine(_folder.FullName, "run");

    /// <summary>Reads the events. An operator's event stands before the one of the run it belongs to.</summary>
    public static IReadOnlyList<OperatorRun> Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        List<OperatorRun> runs = [];
        int run = 0;
        foreach (JsonElement e in document.RootElement.EnumerateArray())
        {
            string name = Text(e, "name");
            if (name == "model_run")
            {
                run++;
            }
            else if (Text(e, "cat") == "Node" && name.EndsWith(Suffix, StringComparison.Ordinal) && e.TryGetProperty("args", out JsonElement args))
            {
                string @operator = Text(args, "op_name");
                string node = name[..^Suffix.Length];
                runs.Add(new OperatorRun(run, node.Length > 0 ? node : $"{@operator} {Text(args, "node_index")}", @operator, e.GetProperty("dur").GetDouble(), Number(args, "output_size")));
            }
        }

        return runs;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }

    private static string Text(JsonElement e, string name) => e.TryGetProperty(name, out JsonElement v) ? v.ValueKind == JsonValueKind.String ? v.GetString()! : v.ToString() : "";

    private static long Number(JsonElement e, string name) => long.TryParse(Text(e, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out long n) ? n : 0;
}
