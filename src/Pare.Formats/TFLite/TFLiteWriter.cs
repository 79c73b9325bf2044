using System.Text;
using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Writes a whole file. One writing's worth; not thread-safe.</summary>
internal sealed class TFLiteWriter(Model model)
{
    private const string Key = "serving_default";
    private const int RuntimeVersionBytes = 16;

    private readonly TFLiteBufferWriter _buffers = new();
    private readonly List<FlatObject> _codes = [];
    private readonly Dictionary<(string Operator, string Domain, long Version), int> _codeIndices = [];
    private Version _runtime = new(1, 5, 0);

    public void Write(Stream stream)
    {
        TFLiteModelInfo? info = model.Extension as TFLiteModelInfo;
        List<Graph> graphs = [model.Graph, .. model.Subgraphs];
        List<TFLiteTensorWriter> tensors = [];
        List<FlatObject> subgraphs = [];
        foreach (Graph g in graphs)
        {
            TFLiteTensorWriter writer = new(ValuesOf(g), (g.Extension as TFLiteSubgraphInfo)?.Others ?? [], _buffers);
            tensors.Add(writer);
            subgraphs.Add(WriteGraph(g, writer));
        }

        FlatObject root = info?.Model.Copy() ?? TFLiteSchema.New("Model").With("version", 3L);
        root["description"] = model.Metadata.TryGetValue("description", out string? description) ? FlatObject.FromText(description) : info is null ? FlatObject.FromText("Written by Pare.") : null;
        root["operator_codes"] = _codes;
        root["subgraphs"] = subgraphs;
        root["signature_defs"] = info is null ? [DefaultSignature(tensors[0])] : info.Model["signature_defs"] is null ? null : info.Signatures.Select(s => Signature(s, graphs, tensors)).ToList();
        root["metadata"] = Metadata(info);
        root["metadata_buffer"] = info?.MetadataBuffers is { } old ? FlatVector.Of([.. old.Select(_buffers.Add)]) : null;
        root["external_buffer_groups"] = null;
        root["external_buffers"] = null;
        root["buffers"] = _buffers.ToTables(info?.IsAppended == true);
        new FlatWriter(TFLiteSchema.Instance).Write(root, TFLiteSchema.Identifier, stream);
    }

    // Constants that nothing takes are not written.
    private static IEnumerable<Value> ValuesOf(Graph graph) =>
    [
        .. graph.Inputs,
        .. graph.Variables,
        .. graph.Nodes.SelectMany(n => n.Inputs.OfType<Value>().Concat(n.Outputs)),
        .. graph.Outputs,
    ];

    private FlatObject WriteGraph(Graph graph, TFLiteTensorWriter tensors)
    {
        TFLiteSubgraphInfo? info = graph.Extension as TFLiteSubgraphInfo;
        FlatObject table = info?.SubGraph.Copy() ?? TFLiteSchema.New("SubGraph");
        if (graph.Name != (table.Text("name") ?? ""))
        {
            table["name"] = FlatObject.FromText(graph.Name);
        }

        table["tensors"] = tensors.Tables;
        table["inputs"] = tensors.IndicesOf(graph.Inputs);
        table["outputs"] = tensors.IndicesOf(graph.Outputs);
        table["operators"] = GraphOrder.Topological(graph).Select(n => WriteNode(n, tensors)).ToList();
        return table;
    }

    private FlatObject WriteNode(Node node, TFLiteTensorWriter tensors)
    {
        TFLiteOperatorInfo? info = node.Extension as TFLiteOperatorInfo;
        if (info is not null && info.Name != node.Operator)
        {
            info = null;
        }

        FlatObject table = info?.Operator.Copy() ?? TFLiteSchema.New("Operator");
        table["opcode_index"] = (long)CodeOf(node, info);
        table["inputs"] = tensors.IndicesOf(node.Inputs);
        table["outputs"] = tensors.IndicesOf(node.Outputs);
        if (info?.Operator.Vector("intermediates") is { } intermediates)
        {
            table["intermediates"] = FlatVector.Of([.. intermediates.ToIntegers().Select(i => i < 0 ? (int)i : tensors.IndexOf(i) ?? throw new GraphException("an inner tensor of the operator is gone", node.Name))]);
        }

        if (info is not null && info.Operator.Vector("mutating_variable_inputs") is { } mutating && mutating.Count != node.Inputs.Count)
        {
            table["mutating_variable_inputs"] = null;
        }

        if (info is { Operator.UnknownMember: > 0 })
        {
            throw new GraphException($"the options of {node.Operator} are of a kind that this version does not know, so that they cannot be written back", node.Name);
        }

        WriteOptions(node, table, info);
        return table;
    }

    private static void WriteOptions(Node node, FlatObject table, TFLiteOperatorInfo? info)
    {
        table["large_custom_options_offset"] = null;
        table["large_custom_options_size"] = null;
        if (node.Domain == TFLiteFormat.CustomDomain)
        {
            table["custom_options"] = node.Attributes.TryGetValue(TFLiteAttributes.CustomOptions, out AttributeValue? custom) ? new FlatVector(FlatKind.UInt8, custom.AsBytes) : null;
            return;
        }

        FlatTable? type = (info?.Operator.Table("builtin_options") ?? info?.Operator.Table("builtin_options_2"))?.Type;
        if (type is null && TFLiteBuiltins.OptionsOf(node.Operator) is { } name && (info is null || node.Attributes.Any(a => TFLiteSchema.Table(name).Has(a.Key))))
        {
            type = TFLiteSchema.Table(name);
        }

        if (type is null)
        {
            return;
        }

        FlatObject options = TFLiteAttributes.Write(node, type);
        bool second = TFLiteSchema.Instance.NumberOf("BuiltinOptions", type) == 0;
        table["builtin_options"] = second ? null : options;
        table["builtin_options_2"] = second ? options : null;
    }

    private int CodeOf(Node node, TFLiteOperatorInfo? info)
    {
        bool custom = node.Domain == TFLiteFormat.CustomDomain;
        long version = info is not null && info.Types == TFLiteVersions.TypesOf(node) ? info.Version : custom ? info?.Version ?? 1 : TFLiteVersions.Of(node);
        if (_codeIndices.TryGetValue((node.Operator, node.Domain, version), out int known))
        {
            return known;
        }

        int builtin = custom ? TFLiteBuiltins.Custom : TFLiteBuiltins.CodeOf(node.Operator) ?? throw new GraphException($"TFLite has no operator '{node.Operator}'", node.Name);
        FlatObject code = TFLiteSchema.New("OperatorCode").With("version", version).With("builtin_code", (long)builtin).With("deprecated_builtin_code", (long)Math.Min(builtin, TFLiteBuiltins.Placeholder));
        if (custom)
        {
            code["custom_code"] = FlatObject.FromText(node.Operator);
        }

        if (TFLiteRuntimeVersions.Oldest(node.Operator, version) is { } runtime && runtime > _runtime)
        {
            _runtime = runtime;
        }

        _codes.Add(code);
        return _codeIndices[(node.Operator, node.Domain, version)] = _codes.Count - 1;
    }

    private FlatObject DefaultSignature(TFLiteTensorWriter tensors)
    {
        FlatObject Entry(Value value) => TFLiteSchema.New("TensorMap").With("name", FlatObject.FromText(value.Name)).With("tensor_index", (long)tensors.IndexOf(value));
        return TFLiteSchema.New("SignatureDef")
            .With("inputs", model.Graph.Inputs.Select(Entry).ToList())
            .With("outputs", model.Graph.Outputs.Select(Entry).ToList())
            .With("signature_key", FlatObject.FromText(Key));
    }

    private static FlatObject Signature(TFLiteSignature signature, List<Graph> graphs, List<TFLiteTensorWriter> tensors)
    {
        int index = (int)signature.Table.Integer("subgraph_index");
        if (index >= graphs.Count)
        {
            throw new GraphException($"the signature '{signature.Table.Text("signature_key")}' names subgraph {index}; there are {graphs.Count}");
        }

        List<FlatObject> Entries(IReadOnlyList<TFLiteSignatureEntry> entries, IList<Value> values)
        {
            List<FlatObject> result = [];
            foreach (TFLiteSignatureEntry e in entries)
            {
                // By place, so that a name follows what stands there now.
                long? tensor = e.Place >= 0 && e.Place < values.Count ? tensors[index].IndexOf(values[e.Place]) : e.Place < 0 ? tensors[index].IndexOf(e.Tensor) : null;
                if (tensor is { } number)
                {
                    result.Add(TFLiteSchema.New("TensorMap").With("name", FlatObject.FromText(e.Name)).With("tensor_index", number));
                }
            }

            return result;
        }

        return signature.Table.Copy().With("inputs", Entries(signature.Inputs, graphs[index].Inputs)).With("outputs", Entries(signature.Outputs, graphs[index].Outputs));
    }

    private List<FlatObject>? Metadata(TFLiteModelInfo? info)
    {
        if (info is null)
        {
            byte[] version = new byte[RuntimeVersionBytes];
            Encoding.ASCII.GetBytes(_runtime.ToString(3)).CopyTo(version, 0);
            return [Entry(TFLiteMetadata.MinimumRuntime, _buffers.Add(version))];
        }

        return info.Model["metadata"] is null ? null : [.. info.Metadata.Select(m => Entry(m.Name, _buffers.Add(m.Content)))];

        static FlatObject Entry(string name, int buffer) => TFLiteSchema.New("Metadata").With("name", FlatObject.FromText(name)).With("buffer", (long)buffer);
    }
}
