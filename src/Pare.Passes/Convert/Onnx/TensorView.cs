namespace Pare.Passes.Conversion;

/// <summary>A tensor's bytes seen under another element type of the same width (<c>quint8</c> as <c>uint8</c>) or another shape of as many elements.</summary>
internal sealed class TensorView(TensorData inner, DataType type, TensorShape shape) : TensorData(type, shape)
{
    /// <summary>What is seen; never a view itself.</summary>
    public TensorData Inner { get; } = inner is TensorView view ? view.Inner : inner;

    public override void ReadBytes(long offset, Span<byte> destination) => inner.ReadBytes(offset, destination);

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes) => inner.TryGetBytes(out bytes);

    public override void Unload() => inner.Unload();
}
