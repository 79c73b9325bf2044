using System.Diagnostics;
using Pare.Formats;
using Pare.Formats.TensorFlow;

namespace Pare.Workflows;

/// <summary>Looks at a model without changing it. Stateless and thread-safe.</summary>
public static class ModelInspector
{
    /// <summary>Opens a model file and describes it.</summary>
    /// <exception cref="ModelFormatException">The file is damaged or of no known format.</exception>
    public static InspectReport Inspect(string path, InspectOptions? options = null)
    {
        long started = Stopwatch.GetTimestamp();
        OpenedModel opened = ModelFile.Open(path, new OpenOptions { Signature = options?.Signature });
        double elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return Inspect(opened.Model, path, opened.Format.Name, opened.Format.FolderFile is null ? opened.Content.Length : opened.FileBytes, options) with { OpenMs = elapsed };
    }

    /// <summary>Describes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Path to name in the report.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="bytes">Bytes of the file.</param>
    /// <param name="options">What to look for.</param>
    public static InspectReport Inspect(Model model, string file, string format, long bytes, InspectOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new InspectOptions();
        List<string> warnings = [];
        Graph[] graphs = [.. Graphs(model).SelectMany(g => g.SelfAndSubgraphs())];
        return new InspectReport
        {
            File = file,
            Format = format,
            Bytes = bytes,
            Inputs = [.. model.Graph.Inputs.Select(v => ValueReport.Of(v.Name, v.Type, v.Shape))],
            Outputs = [.. DescribeOutputs(model, options.Runner)],
            Operators = CountOperators(graphs),
            Nodes = graphs.Sum(g => g.Nodes.Count),
            Parameters = CountParameters(graphs),
            MultiplyAdds = options.Runner is { } runner ? WorkCounter.Count(model, runner, warnings) : null,
            Versions = FindVersions(model),
            LargestTensors = FindLargest(graphs, options.LargestTensors),
            Freezable = [.. FindFreezable(model)],
            Target = options.Target?.Name,
            Unsupported = options.Target?.FindUnsupported(model) ?? [],
            Warnings = warnings,
        };
    }

    /// <summary>Bool inputs that only drive the predicates of switches, so that freezing them removes a branch.</summary>
    public static IEnumerable<string> FindFreezable(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Graph.Inputs.Where(v => v.Type == DataType.Boolean && DrivesSwitchesOnly(v, 0)).Select(v => v.Name);
    }

    private static IEnumerable<ValueReport> DescribeOutputs(Model model, IModelRunner? runner)
    {
        IReadOnlyList<ValueDescription>? known = runner is not null && model.Graph.Outputs.Any(v => v.Type == DataType.Undefined || v.Shape is null) ? WorkCounter.DescribeOutputs(model, runner) : null;
        return model.Graph.Outputs.Select((v, i) => ValueReport.Of(v.Name, known?[i].Type ?? v.Type, known?[i].Shape ?? v.Shape));
    }

    private static bool DrivesSwitchesOnly(Value value, int depth)
    {
        const int DeepestChain = 8;
        return depth < DeepestChain && value.Uses.Count > 0
            && value.Uses.All(u => u.Node.Operator is "Switch" or "If" or "LogicalNot" || (u.Node.Operator is "Identity" && DrivesSwitchesOnly(u.Node.Output, depth + 1)));
    }

    private static OrderedDictionary<string, long> FindVersions(Model model)
    {
        OrderedDictionary<string, long> versions = new(model.OperatorSets.Select(o => KeyValuePair.Create(o.Key.Length == 0 ? "ai.onnx" : o.Key, o.Value)));
        if (model.Extension is GraphDefExtension { Producer: { } producer } graphDef)
        {
            versions["producer"] = producer;
            if (graphDef.MinConsumer is { } consumer)
            {
                versions["minConsumer"] = consumer;
            }
        }

        return versions;
    }

    private static IEnumerable<Graph> Graphs(Model model) => [model.Graph, .. model.Subgraphs, .. model.Functions.Select(f => f.Body)];

    private static OrderedDictionary<string, int> CountOperators(IEnumerable<Graph> graphs)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (Node n in graphs.SelectMany(g => g.Nodes))
        {
            string name = n.Domain is "" or "ai.onnx" ? n.Operator : $"{n.Domain}.{n.Operator}";
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        return new OrderedDictionary<string, int>(counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal));
    }

    private static long CountParameters(IEnumerable<Graph> graphs) =>
        graphs.SelectMany(g => g.Constants).Where(v => v.Constant!.Shape.Rank > 0 && HoldsWeights(v.Constant.Type)).Sum(v => v.Constant!.Count);

    private static bool HoldsWeights(DataType type) => type.IsFloat() || type.IsQuantized() || type is DataType.Int8 or DataType.UInt8 or DataType.Int4 or DataType.UInt4 or DataType.Int2 or DataType.UInt2;

    private static TensorReport[] FindLargest(IEnumerable<Graph> graphs, int count) =>
    [
        .. graphs.SelectMany(g => g.Constants)
            .Where(v => v.Constant!.Type.BitWidth() > 0)
            .Select(v => new TensorReport(v.Name, ValueReport.TypeName(v.Constant!.Type), v.Constant.Shape.ToArray(), v.Constant.ByteLength))
            .OrderByDescending(t => t.Bytes)
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .Take(count),
    ];
}
