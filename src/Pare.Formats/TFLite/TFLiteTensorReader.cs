using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Reads the tensors of one subgraph: types, shapes, contents, quantization. One reading's worth; not thread-safe.</summary>
internal sealed class TFLiteTensorReader(FlatObject subgraph, TFLiteBuffers buffers, bool ranksAreSaid, List<Diagnostic> diagnostics)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The tables.</summary>
    public IReadOnlyList<FlatObject> Tables { get; } = subgraph.Tables("tensors");

    /// <summary>A tensor's table.</summary>
    public FlatObject Table(long index, string what, FlatObject user) => index >= 0 && index < Tables.Count
        ? Tables[(int)index]
        : throw new ModelFormatException(TFLiteFormat.Label, $"{what} names tensor {index}; the subgraph has {Tables.Count}", user.Offset);

    /// <summary>A name that no other tensor of the subgraph bears: the file's where it can be had.</summary>
    public string MakeName(int index)
    {
        string wanted = Tables[index].Text("name") is { Length: > 0 } said ? said : $"tensor_{index}";
        string name = wanted;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = $"{wanted}_{i}";
        }

        return name;
    }

    /// <summary>Sets what is known of a tensor.</summary>
    public void Describe(Value value, int index)
    {
        FlatObject table = Tables[index];
        if (value.Constant is null)
        {
            value.Type = TypeOf(table, value.Name);
            value.Shape = ShapeOf(table);
        }

        value.Quantization = TFLiteQuantization.Read(table.Table("quantization"), value.Shape?.Rank ?? 0, i => i >= 0 && i < Tables.Count ? Content((int)i) : null, $"the tensor '{value.Name}'");
        value.Extension = new TFLiteTensorInfo(index, value.Name, table, value.Shape);
    }

    /// <summary>The buffer of a tensor; null where it has none.</summary>
    public TFLiteContent? Buffer(int index) => buffers.External(Tables[index].Integer("external_buffer"), Tables[index]) ?? buffers.Find(Tables[index].Integer("buffer"), Tables[index]);

    /// <summary>The content of a constant tensor; null where it is none.</summary>
    public TensorData? Content(int index)
    {
        FlatObject table = Tables[index];
        string name = table.Text("name") ?? $"tensor_{index}";
        if (table.Boolean("is_variable"))
        {
            return null;
        }

        try
        {
            TFLiteContent? content = Buffer(index);
            FlatVector? extents = table.Vector("shape");
            if (content is null)
            {
                // Nothing to store of a tensor without elements.
                return table.Integer("buffer") != 0 && extents is not null && extents.ToIntegers().Contains(0) && TypeOf(table, name) is var empty && empty.BitWidth() > 0
                    ? new DenseTensorData(empty, new TensorShape(extents.ToIntegers().AsSpan()), ReadOnlyMemory<byte>.Empty)
                    : null;
            }

            TensorShape shape = new(extents is null ? [] : extents.ToIntegers().AsSpan());
            DataType type = TypeOf(table, name);
            if (type == DataType.String || table.Table("sparsity") is not null)
            {
                buffers.Charge(content, table);
            }

            return type == DataType.String ? new TFLiteStringTensor(shape, TFLiteStrings.Decode(content.ToMemory()), content)
                : type.BitWidth() == 0 ? null
                : table.Table("sparsity") is { } sparsity ? new TFLiteSparseTensor(type, TFLiteSparsity.Read(sparsity, shape), content)
                : content.Length > int.MaxValue ? new SourceTensorData(type, shape, content.Source, content.Offset, content.Length)
                : new TFLiteDenseTensor(type, shape, content);
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(TFLiteFormat.Label, $"the tensor '{name}': {e.Message}", table.Offset, innerException: e);
        }
    }

    private DataType TypeOf(FlatObject table, string name)
    {
        long code = table.Integer("type");
        DataType type = TFLiteTypes.FromCode(code);
        if (type == DataType.Undefined)
        {
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the tensor '{name}' is of type {code}, which this version does not know", $"byte {table.Offset}"));
        }

        return type;
    }

    // A shape without extents is a scalar's where the file says of which tensors the rank is known, or says so of none.
    private SymbolicShape? ShapeOf(FlatObject table)
    {
        FlatVector? extents = table.Vector("shape");
        FlatVector? signature = table.Vector("shape_signature");
        FlatVector? said = signature is { Count: > 0 } && signature.Count == (extents?.Count ?? 0) ? signature : extents;
        if (said is null or { Count: 0 })
        {
            return table.Boolean("has_rank") || !ranksAreSaid ? new SymbolicShape() : null;
        }

        Dimension[] dimensions = new Dimension[said.Count];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = said[i] < 0 ? Dimension.Unknown : said[i];
        }

        return new SymbolicShape(dimensions);
    }
}
