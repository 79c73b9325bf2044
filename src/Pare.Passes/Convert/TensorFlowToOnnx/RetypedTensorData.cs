namespace Pare.Passes.Conversion;

/// <summary>A tensor seen under another element type of the same width and meaning (<c>quint8</c> as <c>uint8</c>).</summary>
internal sealed class RetypedTensorData(TensorData inner, DataType type) : TensorData(type, inner.Shape)
{
    public override void ReadBytes(long offset, Span<byte> destination) => inner.ReadBytes(offset, destination);

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes) => inner.TryGetBytes(out bytes);
}
