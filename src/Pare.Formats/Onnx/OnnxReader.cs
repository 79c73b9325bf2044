using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Reads <c>ModelProto</c> and <c>FunctionProto</c>. One reading; not thread-safe. Source: onnx.proto.</summary>
internal sealed class OnnxReader
{
    private readonly ModelSource _source;
    private readonly ExternalFiles _external;

    public OnnxReader(ModelSource source)
    {
        _source = source;
        _external = new ExternalFiles(OnnxFormat.FormatName, source.Folder);
    }

    public Model Read()
    {
        WireReader message = new(_source.Bytes.PeekAll(), OnnxFormat.FormatName);
        List<Diagnostic> diagnostics = [];
        OnnxGraphReader graphs = new(_external, diagnostics);
        Graph? graph = null;
        long version = 0;
        List<ModelFunction> functions = [];
        List<OnnxEntry> metadata = [];
        List<OnnxEntry> operators = [];
        List<ReadOnlyMemory<byte>> other = [];
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    version = message.Int64();
                    break;
                case 7:
                    if (graph is not null)
                    {
                        throw message.Error("the model has two main graphs");
                    }

                    graph = graphs.ReadGraph(message.Message(), null, 0);
                    break;
                case 8:
                    operators.Add(OperatorSet(ref message));
                    break;
                case 14:
                    WireReader entry = message.Message();
                    (string key, string value) = OnnxMessages.Entry(entry);
                    metadata.Add(new OnnxEntry(key, value, entry.Whole));
                    break;
                case 25:
                    functions.Add(Function(message.Message(), graphs));
                    break;
                default:
                    other.Add(message.Skip());
                    break;
            }
        }

        if (graph is null)
        {
            throw new ModelFormatException(OnnxFormat.FormatName, $"the model '{_source.Name}' has no graph");
        }

        Model model = new(Vocabularies.Onnx, graph) { Extension = new OnnxModelInfo(version, new OnnxFields(other), metadata, operators) };
        foreach (OnnxEntry e in operators)
        {
            model.OperatorSets[e.Key] = long.Parse(e.Value, System.Globalization.CultureInfo.InvariantCulture);
        }

        foreach (OnnxEntry e in metadata)
        {
            model.Metadata[e.Key] = e.Value;
        }

        foreach (ModelFunction f in functions)
        {
            model.Functions.Add(f);
        }

        foreach (Diagnostic d in diagnostics)
        {
            model.Diagnostics.Add(d);
        }

        Remark(model, version);
        return model;
    }

    private static void Remark(Model model, long version)
    {
        if (!model.OperatorSets.TryGetValue("", out long set))
        {
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "the model names no version of the standard operator set"));
        }
        else if (set is < 7 or > 25)
        {
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the model uses version {set} of the standard operator set; versions 7 to 25 are known"));
        }

        string[] overridable = version < 4 ? [] : [.. model.Graph.Initializers.Where(v => v.Extension is OnnxValueInfo { Input: not null }).Select(v => v.Name)];
        if (overridable.Length > 0)
        {
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"{overridable.Length} inputs have default contents ('{overridable[0]}'…); they count as constants, so rewriting the model may fix them"));
        }
    }

    private static OnnxEntry OperatorSet(ref WireReader message)
    {
        WireReader entry = message.Message();
        (string domain, long version) = OnnxMessages.OperatorSet(entry);
        return new OnnxEntry(domain, OnnxMessages.VersionText(version), entry.Whole);
    }

    private static ModelFunction Function(WireReader message, OnnxGraphReader graphs)
    {
        string name = "";
        string domain = "";
        List<string> inputs = [];
        List<string> outputs = [];
        List<(ReadOnlyMemory<byte> Bytes, long Offset)> nodes = [];
        List<OnnxDeclaration> inner = [];
        List<OnnxEntry> operators = [];
        List<ReadOnlyMemory<byte>> other = [];
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    name = message.Text();
                    break;
                case 4:
                    inputs.Add(message.Text());
                    break;
                case 5:
                    outputs.Add(message.Text());
                    break;
                case 7:
                    WireReader node = message.Message();
                    nodes.Add((node.Whole, node.Offset));
                    break;
                case 9:
                    operators.Add(OperatorSet(ref message));
                    break;
                case 10:
                    domain = message.Text();
                    break;
                case 12:
                    inner.Add(OnnxGraphReader.Declaration(message.Message(), inner.Count));
                    break;
                default:
                    other.Add(message.Skip());
                    break;
            }
        }

        Graph body = new(name);
        graphs.ReadBody(body, inputs, outputs, nodes, inner);
        ModelFunction function = new(domain, name, body) { Extension = new OnnxFunctionInfo(new OnnxFields(other), operators) };
        foreach (OnnxEntry e in operators)
        {
            function.OperatorSets[e.Key] = long.Parse(e.Value, System.Globalization.CultureInfo.InvariantCulture);
        }

        return function;
    }
}
