using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Reads a whole file. One reading's worth; not thread-safe.</summary>
internal sealed class TFLiteReader(ModelSource source)
{
    // The runtime knows this version of the schema only.
    private const long SchemaVersion = 3;

    public Model Read()
    {
        // The tables lie within the first 2 GB; buffers may lie beyond.
        ReadOnlyMemory<byte> tables = source.Bytes.Peek(0, (int)Math.Min(source.Bytes.Length, int.MaxValue));
        if (tables.Length < 8 || !tables.Span[4..8].SequenceEqual("TFL3"u8))
        {
            throw new ModelFormatException(TFLiteFormat.Label, $"bytes 4 to 7 are not '{TFLiteSchema.Identifier}'", 4);
        }

        List<Diagnostic> diagnostics = [];
        FlatObject root = new FlatReader(tables, TFLiteSchema.Instance, TFLiteFormat.Label, diagnostics).ReadRoot(TFLiteSchema.Table("Model"));
        if (root.Integer("version") != SchemaVersion)
        {
            throw new ModelFormatException(TFLiteFormat.Label, $"the schema's version is {root.Integer("version")}; {SchemaVersion} is known", root.Offset);
        }

        IReadOnlyList<FlatObject> subgraphs = root.Tables("subgraphs");
        if (subgraphs.Count == 0)
        {
            throw new ModelFormatException(TFLiteFormat.Label, "the model has no subgraph", root.Offset);
        }

        TFLiteBuffers buffers = new(source, root);
        bool ranksAreSaid = subgraphs.Any(g => g.Tables("tensors").Any(t => t.Boolean("has_rank")));
        List<Graph> graphs = [.. subgraphs.Select(g => new TFLiteGraphReader(g, root.Tables("operator_codes"), buffers, ranksAreSaid, diagnostics).Read())];
        Model model = new(Vocabularies.TFLite, graphs[0]);
        foreach (Graph g in graphs.Skip(1))
        {
            model.Subgraphs.Add(g);
        }

        List<(string Name, TFLiteContent? Content)> metadata = [];
        foreach (FlatObject entry in root.Tables("metadata"))
        {
            string name = entry.Text("name") ?? "";
            TFLiteContent? content = buffers.Find(entry.Integer("buffer"), entry);
            metadata.Add((name, content));
            if (TFLiteMetadata.AsText(name, content) is { } text)
            {
                model.Metadata[name] = text;
            }

            if (name == TFLiteNormalization.Entry && TFLiteNormalization.Read(content) is { } normalization)
            {
                model.Metadata["input_mean"] = normalization.Mean;
                model.Metadata["input_std"] = normalization.Std;
            }
        }

        if (root.Text("description") is { Length: > 0 } description)
        {
            model.Metadata["description"] = description;
        }

        FlatVector? oldMetadata = root.Vector("metadata_buffer");
        model.Extension = new TFLiteModelInfo(
            root,
            [.. root.Tables("signature_defs").Select(s => Signature(s, subgraphs))],
            metadata,
            oldMetadata is null ? null : [.. oldMetadata.ToIntegers().Select(i => buffers.Find(i, root))],
            buffers.IsAppended);
        foreach (Diagnostic d in diagnostics)
        {
            model.Diagnostics.Add(d);
        }

        return model;
    }

    private static TFLiteSignature Signature(FlatObject table, IReadOnlyList<FlatObject> subgraphs)
    {
        long index = table.Integer("subgraph_index");
        FlatObject subgraph = index >= 0 && index < subgraphs.Count
            ? subgraphs[(int)index]
            : throw new ModelFormatException(TFLiteFormat.Label, $"the signature '{table.Text("signature_key")}' names subgraph {index}; there are {subgraphs.Count}", table.Offset);
        return new TFLiteSignature(table, Entries(table, "inputs", subgraph), Entries(table, "outputs", subgraph));
    }

    private static List<TFLiteSignatureEntry> Entries(FlatObject signature, string field, FlatObject subgraph)
    {
        List<TFLiteSignatureEntry> entries = [];
        List<long> interfaceTensors = [.. subgraph.Vector(field)?.ToIntegers() ?? []];
        int tensors = subgraph.Tables("tensors").Count;
        foreach (FlatObject map in signature.Tables(field))
        {
            long tensor = map.Integer("tensor_index");
            if (tensor < 0 || tensor >= tensors)
            {
                throw new ModelFormatException(TFLiteFormat.Label, $"the signature '{signature.Text("signature_key")}' names tensor {tensor}; the subgraph has {tensors}", map.Offset);
            }

            entries.Add(new TFLiteSignatureEntry(map.Text("name") ?? "", interfaceTensors.IndexOf(tensor), tensor));
        }

        return entries;
    }
}
