using System.Globalization;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Reads a SavedModel: chooses graph and signature, puts functions in, and makes constants of the variables. One instance a file.</summary>
internal sealed class SavedModelReader(ReadOnlyMemory<byte> bytes, Func<string, ByteSource?> open, string? signatureName, IReadOnlyList<string>? tags)
{
    private const string Variables = "variables/variables";
    private const string DefaultSignature = "serving_default";
    private const string ServingTag = "serve";

    public Model Read()
    {
        SavedModelMetaGraph meta = ChooseGraph(ReadMetaGraphs());
        Model model = new GraphDefReader(meta.Graph, meta.GraphOffset).Read();
        SavedModelSignature signature = ChooseSignature(meta, model);
        foreach (SavedModelTensorInfo info in signature.Inputs.Concat(signature.Outputs).Where(i => i.Tensor.Length == 0))
        {
            throw new ModelFormatException(SavedModelFormat.Label, $"'{info.Key}' of the signature '{signature.Name}' is no dense tensor; sparse and composite ones are not read", info.Offset);
        }

        Graph graph = model.Graph;
        Dictionary<string, Node> nodes = graph.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        graph.Inputs.Clear();
        graph.Outputs.Clear();
        foreach (SavedModelTensorInfo info in signature.Inputs)
        {
            Value v = Find(nodes, info);
            v.Type = v.Type == DataType.Undefined ? info.Type : v.Type;
            v.Shape ??= info.Shape;
            graph.Inputs.Add(v);
        }

        foreach (SavedModelTensorInfo info in signature.Outputs)
        {
            Value v = Find(nodes, info);
            v.Type = v.Type == DataType.Undefined ? info.Type : v.Type;
            graph.Outputs.Add(v);
        }

        // Something that waits for the restoring node stays where that node is a call, which goes.
        Node? restore = nodes.TryGetValue(meta.RestoreNode, out Node? restoring) ? graph.CreateNode(new UniqueNames(graph).Make("restored"), "NoOp", outputs: 0) : null;
        restore?.AddControlInput(restoring!);
        SavedModelPruning.Keep(model, graph.Outputs, restore);
        new FunctionInliner(model).Run();
        SavedModelVariables variables = new(OpenBundle(), restore, model);
        variables.ReadAssignments();
        SavedModelPruning.Keep(model, graph.Outputs, null);
        new SavedModelFreezer(model, variables).Run();
        SavedModelInterface.Name(graph, signature);
        SavedModelPruning.Keep(model, graph.Outputs, null);
        SavedModelPruning.DropUnusedFunctions(model);
        graph.Reorder(GraphOrder.Topological(graph, model.Vocabulary.IsBackEdge));
        model.Extension = WithoutLibrary(model);
        return model;
    }

    private List<SavedModelMetaGraph> ReadMetaGraphs()
    {
        List<SavedModelMetaGraph> graphs = [];
        WireReader r = new(bytes, SavedModelFormat.Label);
        while (r.Next())
        {
            if (r.Field == 2)
            {
                WireReader meta = r.Message();
                graphs.Add(SavedModelMetaGraph.Read(ref meta));
            }
            else
            {
                r.Skip();
            }
        }

        return graphs;
    }

    private SavedModelMetaGraph ChooseGraph(List<SavedModelMetaGraph> graphs)
    {
        if (graphs.Count == 0)
        {
            throw new ModelFormatException(SavedModelFormat.Label, "the file holds no graph");
        }

        if (tags is { Count: > 0 })
        {
            return graphs.Find(g => g.Tags.ToHashSet(StringComparer.Ordinal).SetEquals(tags))
                ?? throw new UsageException($"no graph has the tags {string.Join(",", tags)}; there are {string.Join(" | ", graphs.Select(g => string.Join(",", g.Tags)))}");
        }

        return graphs.Find(g => g.Tags is [ServingTag]) ?? graphs.Find(g => g.Tags.Contains(ServingTag)) ?? graphs[0];
    }

    private SavedModelSignature ChooseSignature(SavedModelMetaGraph meta, Model model)
    {
        // The initializer of tables is written down as a signature too.
        List<SavedModelSignature> usable = meta.Signatures.FindAll(s => s.Outputs.Count > 0 && !s.Name.StartsWith("__saved_model_", StringComparison.Ordinal));
        if (signatureName is not null)
        {
            return usable.Find(s => s.Name == signatureName)
                ?? throw new UsageException($"there is no signature '{signatureName}'; there are {string.Join(", ", usable.Select(s => $"'{s.Name}'"))}");
        }

        if (usable.Count == 0)
        {
            throw new ModelFormatException(SavedModelFormat.Label, "there are no signatures, so nothing says what is fed and given out; save the model with one");
        }

        SavedModelSignature chosen = usable.Find(s => s.Name == DefaultSignature) ?? usable.OrderBy(s => s.Name, StringComparer.Ordinal).First();
        if (usable.Count > 1)
        {
            string others = string.Join(", ", usable.Where(s => s != chosen).Select(s => $"'{s.Name}'").Order(StringComparer.Ordinal));
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Information, string.Create(CultureInfo.InvariantCulture, $"the signature '{chosen.Name}' was taken; there are also {others}")));
        }

        return chosen;
    }

    private static Value Find(Dictionary<string, Node> nodes, SavedModelTensorInfo info)
    {
        Edge edge = Edge.Parse(System.Text.Encoding.UTF8.GetBytes(info.Tensor), info.Offset, 0, out _);
        string name = System.Text.Encoding.UTF8.GetString(edge.Name.Span);
        return edge.Port >= 0 && nodes.TryGetValue(name, out Node? node) && edge.Port < node.Outputs.Count
            ? node.Outputs[edge.Port]
            : throw new ModelFormatException(SavedModelFormat.Label, $"the signature's '{info.Key}' is the tensor '{info.Tensor}', which the graph does not have", info.Offset);
    }

    private TensorBundle? OpenBundle() => open(Variables + ".index") is { } index ? new TensorBundle(index.ToMemory(), Variables, open) : null;

    // The graph's own library is not needed any more; functions that control flow still refers to are in the model.
    private static GraphDefExtension WithoutLibrary(Model model)
    {
        GraphDefExtension old = (GraphDefExtension)model.Extension!;
        RawFields fields = default;
        WireReader r = new(old.Fields, SavedModelFormat.Label);
        while (r.Next())
        {
            ReadOnlyMemory<byte> field = r.Skip();
            if (r.Field != 2)
            {
                fields.Add(field);
            }
        }

        return new GraphDefExtension(fields.ToMemory(), old.Producer, old.MinConsumer, []);
    }
}
