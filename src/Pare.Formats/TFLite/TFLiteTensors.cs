namespace Pare.Formats.TFLite;

/// <summary>A tensor whose dense form lies in the file.</summary>
internal sealed class TFLiteDenseTensor(DataType type, TensorShape shape, TFLiteContent content) : DenseTensorData(type, shape, content.Peek()), ITFLiteTensor
{
    public TFLiteContent Content => content;

    public override void Unload() => MappedByteSource.Unload(Bytes);
}

/// <summary>A tensor of byte strings.</summary>
internal sealed class TFLiteStringTensor(TensorShape shape, IReadOnlyList<ReadOnlyMemory<byte>> strings, TFLiteContent content) : StringTensorData(shape, strings), ITFLiteTensor
{
    public TFLiteContent Content => content;
}
