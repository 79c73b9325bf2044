using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Writes <c>ModelProto</c> and <c>FunctionProto</c>. One writing; not thread-safe. Source: onnx.proto.</summary>
internal sealed class OnnxWriter
{
    // What onnxruntime can map must begin at a page; smaller tensors need no more than their own alignment.
    private const int Alignment = 4096;
    private const long ExternalFromByDefault = 1024;

    private readonly Model _model;
    private readonly OnnxWriteOptions _options;
    private readonly List<Value> _external = [];

    public OnnxWriter(Model model, OnnxWriteOptions options)
    {
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Onnx))
        {
            throw new UsageException($"a model of the vocabulary {model.Vocabulary.Name} cannot be written as ONNX; convert it first");
        }

        _model = model;
        _options = options;
    }

    /// <summary>Initializers whose content the message written last does not hold.</summary>
    public IReadOnlyList<Value> External => _external;

    /// <summary>Writes the model, with a companion file where the options or the size ask for one.</summary>
    public void WriteTo(ModelTarget target)
    {
        string companion = target.FileName + ".data";
        WireWriter message = Compose(_options.ExternalFrom, companion);
        if (message.Length > _options.MaxMessageBytes && _options.ExternalFrom is null)
        {
            message = Compose(ExternalFromByDefault, companion);
        }

        Check(message);
        message.CopyTo(target.Main);
        if (_external.Count == 0)
        {
            return;
        }

        using Stream data = target.OpenCompanion(companion);
        long at = 0;
        foreach (Value v in _external)
        {
            long start = Aligned(at, v.Constant!);
            data.Write(new byte[start - at]);
            CopyContent(v.Constant!, data);
            at = start + v.Constant!.ByteLength;
        }
    }

    /// <summary>Writes the message alone.</summary>
    public void WriteMessage(Stream stream, string companionName)
    {
        WireWriter message = Compose(_options.ExternalFrom, companionName);
        Check(message);
        message.CopyTo(stream);
    }

    private void Check(WireWriter message)
    {
        if (message.Length > _options.MaxMessageBytes)
        {
            throw new UnsupportedModelException($"the model takes {message.Length} bytes without its large initializers; a protocol buffers message holds at most {_options.MaxMessageBytes}", []);
        }
    }

    private static long Aligned(long at, TensorData content)
    {
        long alignment = content.ByteLength >= 16 * Alignment ? Alignment : 16;
        return (at + alignment - 1) / alignment * alignment;
    }

    private static void CopyContent(TensorData content, Stream stream)
    {
        byte[] part = new byte[(int)Math.Min(1 << 20, content.ByteLength)];
        for (long at = 0; at < content.ByteLength; at += part.Length)
        {
            Span<byte> chunk = part.AsSpan(0, (int)Math.Min(part.Length, content.ByteLength - at));
            content.ReadBytes(at, chunk);
            stream.Write(chunk);
        }
    }

    private WireWriter Compose(long? externalFrom, string companion)
    {
        _external.Clear();
        Dictionary<Value, long> places = new(ReferenceEqualityComparer.Instance);
        if (externalFrom is { } from)
        {
            long at = 0;
            foreach (Value v in _model.Graph.Initializers)
            {
                if (v.Constant is { } c and not SparseTensorData && c.Type != DataType.String && c.ByteLength >= Math.Max(1, from))
                {
                    long start = Aligned(at, c);
                    places[v] = start;
                    _external.Add(v);
                    at = start + c.ByteLength;
                }
            }
        }

        OnnxModelInfo? info = _model.Extension as OnnxModelInfo;
        long version = info?.IrVersion ?? DefaultVersion();
        OnnxGraphWriter graphs = new(version, v => places.TryGetValue(v, out long offset) ? (companion, offset) : null);
        WireWriter message = new();
        if (version != 0)
        {
            message.Int64(1, version);
        }

        if (info is null)
        {
            message.Text(2, "pare");
        }

        OnnxGraphWriter.Raw(message, info?.Other);
        message.Message(7, graphs.MainGraph(_model.Graph));
        OperatorSets(message, 8, _model.OperatorSets, info?.OperatorSets);
        Metadata(message, info);
        foreach (ModelFunction f in _model.Functions)
        {
            message.Message(25, Function(f, graphs));
        }

        return message;
    }

    // Versions of the representation by the operator set they came with, from 8 on, which every current runtime reads.
    private long DefaultVersion() => _model.OperatorSets.TryGetValue("", out long set) ? set switch
    {
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    }
    : 8;

    private static void OperatorSets(WireWriter message, int field, IDictionary<string, long> sets, IReadOnlyList<OnnxEntry>? kept)
    {
        HashSet<string> written = new(StringComparer.Ordinal);
        foreach (OnnxEntry e in kept ?? [])
        {
            if (sets.TryGetValue(e.Key, out long version) && OnnxMessages.VersionText(version) == e.Value)
            {
                message.Bytes(field, e.Field);
                written.Add(e.Key);
            }
        }

        foreach ((string domain, long version) in sets)
        {
            if (written.Add(domain))
            {
                WireWriter entry = new();
                if (domain.Length > 0)
                {
                    entry.Text(1, domain);
                }

                entry.Int64(2, version);
                message.Message(field, entry);
            }
        }
    }

    private void Metadata(WireWriter message, OnnxModelInfo? info)
    {
        HashSet<string> written = new(StringComparer.Ordinal);
        foreach (OnnxEntry e in info?.Metadata ?? [])
        {
            if (_model.Metadata.TryGetValue(e.Key, out string? value) && value == e.Value)
            {
                message.Bytes(14, e.Field);
                written.Add(e.Key);
            }
        }

        foreach ((string key, string value) in _model.Metadata)
        {
            if (written.Add(key))
            {
                WireWriter entry = new();
                entry.Text(1, key);
                entry.Text(2, value);
                message.Message(14, entry);
            }
        }
    }

    private static WireWriter Function(ModelFunction function, OnnxGraphWriter graphs)
    {
        WireWriter message = new();
        OnnxFunctionInfo? info = function.Extension as OnnxFunctionInfo;
        message.Text(1, function.Name);
        foreach (Value v in function.Body.Inputs)
        {
            message.Text(4, v.Name);
        }

        foreach (Value v in function.Body.Outputs)
        {
            message.Text(5, v.Name);
        }

        foreach (Node n in function.Body.Nodes)
        {
            message.Message(7, graphs.Node(n));
        }

        OperatorSets(message, 9, function.OperatorSets, info?.OperatorSets);
        message.Text(10, function.Domain);
        OnnxGraphWriter.InnerDeclarations(message, 12, function.Body, function.Body.Extension as OnnxGraphInfo);
        OnnxGraphWriter.Raw(message, info?.Other);
        return message;
    }
}
