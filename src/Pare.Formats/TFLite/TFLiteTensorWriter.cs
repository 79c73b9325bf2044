using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Makes the tables of a subgraph's tensors, those of the file first and in its order. One subgraph's worth; not thread-safe.</summary>
internal sealed class TFLiteTensorWriter
{
    private readonly TFLiteBufferWriter _buffers;
    private readonly List<FlatObject> _tables = [];
    private readonly Dictionary<Value, int> _indices = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<long, int> _renumbered = [];
    private readonly List<(FlatObject Table, FlatObject Details)> _detailed = [];

    /// <summary>Makes the tables.</summary>
    /// <param name="values">Every value of the subgraph.</param>
    /// <param name="others">Tensors of the file that no operator takes or makes.</param>
    /// <param name="buffers">Receives the contents.</param>
    public TFLiteTensorWriter(IEnumerable<Value> values, IReadOnlyList<TFLiteOtherTensor> others, TFLiteBufferWriter buffers)
    {
        _buffers = buffers;
        SortedDictionary<int, object> known = [];
        List<Value> added = [];
        foreach (TFLiteOtherTensor other in others)
        {
            known[other.Index] = other;
        }

        HashSet<Value> seen = new(ReferenceEqualityComparer.Instance);
        foreach (Value v in values)
        {
            if (seen.Add(v) && !(v.Extension is TFLiteTensorInfo info && known.TryAdd(info.Index, v)))
            {
                added.Add(v);
            }
        }

        foreach ((int index, object tensor) in known)
        {
            _renumbered[index] = _tables.Count;
            if (tensor is Value value)
            {
                Add(value);
            }
            else
            {
                TFLiteOtherTensor other = (TFLiteOtherTensor)tensor;
                FlatObject table = other.Tensor.Copy();
                table["buffer"] = (long)buffers.Add(other.Content);
                table["external_buffer"] = null;
                _tables.Add(table);
            }
        }

        foreach (Value v in added)
        {
            Add(v);
        }

        Renumber();
    }

    /// <summary>The tables in order.</summary>
    public IReadOnlyList<FlatObject> Tables => _tables;

    /// <summary>Number of a value; -1 for none.</summary>
    public int IndexOf(Value? value) => value is null ? -1 : _indices[value];

    /// <summary>Number of a tensor by its number in the file; null where it is gone.</summary>
    public int? IndexOf(long tensor) => _renumbered.TryGetValue(tensor, out int index) ? index : null;

    /// <summary>Numbers of values.</summary>
    public FlatVector IndicesOf(IEnumerable<Value?> values) => FlatVector.Of([.. values.Select(IndexOf)]);

    private void Add(Value value)
    {
        TFLiteTensorInfo? info = value.Extension as TFLiteTensorInfo;
        FlatObject table = info?.Tensor.Copy() ?? TFLiteSchema.New("Tensor");
        _indices[value] = _tables.Count;
        _tables.Add(table);
        if (info is null || info.Name != value.Name)
        {
            table["name"] = FlatObject.FromText(value.Name);
        }

        table["type"] = value.Type == DataType.Undefined && info is not null ? info.Tensor["type"] : TFLiteTypes.ToCode(value.Type, value.Name);
        table["is_variable"] = value.IsVariable;
        if (info is null || !Equals(info.Shape, value.Shape))
        {
            SetShape(table, value.Shape);
        }

        SetQuantization(table, value);
        SetContent(table, value.Constant);
    }

    private static void SetShape(FlatObject table, SymbolicShape? shape)
    {
        table["shape"] = FlatVector.Of([.. (shape?.Dimensions ?? []).Select(d => (int)(d.Value ?? 1))]);
        table["shape_signature"] = shape is null || shape.IsStatic ? null : FlatVector.Of([.. shape.Dimensions.Select(d => (int)(d.Value ?? -1))]);
        table["has_rank"] = shape is not null;
    }

    private void SetContent(FlatObject table, TensorData? content)
    {
        FlatObject? sparsity = table.Table("sparsity");
        table["external_buffer"] = null;
        if (content is null)
        {
            table["buffer"] = 0L;
        }
        else if (content is TFLiteSparseTensor sparse)
        {
            table["sparsity"] = sparse.Sparsity.Table;
            table["buffer"] = (long)_buffers.Add(sparse.Content);
        }
        else if (sparsity is not null && content.Type.BitWidth() >= 8)
        {
            // Stored as it was, with the zeros where they are now.
            (FlatObject described, byte[] values) = TFLiteSparsity.Read(sparsity, content.Shape).Encode(content);
            table["sparsity"] = described;
            table["buffer"] = (long)_buffers.Add(values);
        }
        else
        {
            table["buffer"] = (long)_buffers.Add(content);
        }
    }

    private void SetQuantization(FlatObject table, Value value)
    {
        if (value.Quantization is not { } quantization)
        {
            // A table that says nothing of the tensor is kept as it was.
            if (table.Table("quantization") is { } said && (said["scale"] is FlatVector { Count: > 0 } || said["details"] is not null || said["min"] is FlatVector { Count: > 0 }))
            {
                table["quantization"] = null;
            }

            return;
        }

        FlatObject? before = quantization.Extension as FlatObject;
        if (before is not null && Unchanged(before, quantization, value))
        {
            table["quantization"] = before;
            if (before.Table("details") is { } details && details.Type.Has("scales"))
            {
                _detailed.Add((table, before));
            }
        }
        else if (quantization.GroupSize > 0)
        {
            SetGroups(table, value, quantization);
        }
        else
        {
            table["quantization"] = TFLiteQuantization.Write(quantization, $"the tensor '{value.Name}'");
        }
    }

    // Parameters changed by `with` keep the table they came from.
    private static bool Unchanged(FlatObject before, QuantizationParameters now, Value value)
    {
        if (before.Table("details") is { } details && details.Type.Has("scales"))
        {
            return now.GroupSize == details.Integer("block_size") && value.Extension is TFLiteTensorInfo info && ReferenceEquals(info.Tensor.Table("quantization"), before);
        }

        return Same(before.Vector("scale")?.Bytes, FlatVector.Of(now.Scales.AsSpan())) && Same(before.Vector("zero_point")?.Bytes, FlatVector.Of(now.ZeroPoints.AsSpan()))
            && Same(before.Vector("min")?.Bytes, FlatVector.Of(now.Minima.AsSpan())) && Same(before.Vector("max")?.Bytes, FlatVector.Of(now.Maxima.AsSpan()))
            && now.GroupSize == 0 && (now.Axis is null || now.Axis == before.Integer("quantized_dimension"));
    }

    private static bool Same(ReadOnlyMemory<byte>? before, FlatVector now) => (before ?? ReadOnlyMemory<byte>.Empty).Span.SequenceEqual(now.Bytes.Span);

    // Groups run along the last dimension; their scales are a binary16 tensor beside.
    private void SetGroups(FlatObject table, Value value, QuantizationParameters quantization)
    {
        TensorShape shape = value.Constant?.Shape ?? value.Shape?.ToStatic() ?? throw new GraphException($"the value '{value.Name}' is quantized in groups but its shape is not known");
        if (shape.Rank == 0 || shape[-1] % quantization.GroupSize != 0 || shape.Count / quantization.GroupSize != quantization.Scales.Length)
        {
            throw new GraphException($"the value '{value.Name}' of shape {shape} has {quantization.Scales.Length} scales for groups of {quantization.GroupSize}");
        }

        long[] extents = shape.ToArray();
        extents[^1] /= quantization.GroupSize;
        Half[] scales = [.. quantization.Scales.Select(s => (Half)s)];
        FlatObject tensor = TFLiteSchema.New("Tensor").With("name", FlatObject.FromText(value.Name + "_scales")).With("type", TFLiteTypes.ToCode(DataType.Float16, value.Name)).With("has_rank", true);
        tensor["shape"] = FlatVector.Of([.. extents.Select(e => (int)e)]);
        tensor["buffer"] = (long)_buffers.Add(DenseTensorData.Create<Half>(DataType.Float16, scales, new TensorShape(extents)));
        FlatObject details = TFLiteSchema.New("BlockwiseQuantization").With("scales", (long)_tables.Count).With("zero_points", -1L).With("block_size", (long)quantization.GroupSize);
        table["quantization"] = TFLiteSchema.New("QuantizationParameters").With("details", details).With("quantized_dimension", (long)(quantization.Axis ?? 0));
        _tables.Add(tensor);
    }

    // Scales of blocks are named by number, which may have changed.
    private void Renumber()
    {
        foreach ((FlatObject table, FlatObject quantization) in _detailed)
        {
            FlatObject details = quantization.Table("details")!;
            FlatObject copy = details.Copy();
            foreach (string field in (string[])["scales", "zero_points"])
            {
                long number = details.Integer(field);
                copy[field] = number < 0 || (field == "zero_points" && number == 0) ? number : (long?)IndexOf(number) ?? throw new GraphException($"the {field} of the tensor '{table.Text("name")}' are gone");
            }

            table["quantization"] = quantization.Copy().With("details", copy);
        }
    }
}
