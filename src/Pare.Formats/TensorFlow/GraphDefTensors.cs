namespace Pare.Formats.TensorFlow;

/// <summary>A tensor whose dense form lies in the file (<c>tensor_content</c>, packed typed values) or was decoded from typed values.</summary>
internal sealed class GraphDefDenseTensor(DataType type, TensorShape shape, ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> raw)
    : DenseTensorData(type, shape, bytes), IGraphDefTensor
{
    public ReadOnlyMemory<byte> Raw => raw;

    public override void ReadBytes(long offset, Span<byte> destination)
    {
        if (offset is < 0 or > int.MaxValue || !MappedByteSource.TryRead(Bytes, (int)offset, destination))
        {
            base.ReadBytes(offset, destination);
        }
    }

    public override void Unload() => MappedByteSource.Unload(raw);
}

/// <summary>A tensor of which the file gives the first values, or none.</summary>
internal sealed class GraphDefSplatTensor(DataType type, TensorShape shape, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> raw)
    : SplatTensorData(type, shape, head), IGraphDefTensor
{
    public ReadOnlyMemory<byte> Raw => raw;
}

/// <summary>A tensor of byte strings.</summary>
internal sealed class GraphDefStringTensor(TensorShape shape, IReadOnlyList<ReadOnlyMemory<byte>> strings, ReadOnlyMemory<byte> raw)
    : StringTensorData(shape, strings), IGraphDefTensor
{
    public ReadOnlyMemory<byte> Raw => raw;
}

/// <summary>A tensor of handles, variants or a type nobody knows here: carried along, not read.</summary>
internal sealed class GraphDefOpaqueTensor(DataType type, TensorShape shape, ReadOnlyMemory<byte> raw) : TensorData(type, shape), IGraphDefTensor
{
    public ReadOnlyMemory<byte> Raw => raw;

    public override void ReadBytes(long offset, Span<byte> destination) => throw new GraphException($"a tensor of type {Type} has no values that can be read");
}
