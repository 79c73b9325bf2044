namespace Pare.Formats.TFLite;

/// <summary>A tensor stored without its zeros. The dense form is made when first asked for. Immutable and thread-safe.</summary>
internal sealed class TFLiteSparseTensor : TensorData, ITFLiteTensor
{
    // More than this many bytes for each that is stored is no tensor but a trap.
    private const int LargestRatio = 4096;
    private const int FreeBytes = 1 << 16;

    private readonly Lazy<byte[]> _dense;

    /// <exception cref="GraphException">The buffer does not hold the values that the parameters describe.</exception>
    public TFLiteSparseTensor(DataType type, TFLiteSparsity sparsity, TFLiteContent content)
        : base(type, sparsity.Shape)
    {
        long bytes = type.ByteLength(sparsity.ValueCount);
        if (type.BitWidth() < 8 || content.Length != bytes)
        {
            throw new GraphException($"a sparse tensor {type}{sparsity.Shape} of {sparsity.ValueCount} values takes {bytes} bytes, found {content.Length}");
        }

        if (ByteLength > FreeBytes && ByteLength / LargestRatio > content.Length + sparsity.Described)
        {
            throw new GraphException($"a sparse tensor {type}{sparsity.Shape} of {content.Length} bytes claims to stand for {ByteLength}");
        }

        Sparsity = sparsity;
        Content = content;
        _dense = new Lazy<byte[]>(Expand);
    }

    /// <summary>How it is stored.</summary>
    public TFLiteSparsity Sparsity { get; }

    /// <summary>The values.</summary>
    public TFLiteContent Content { get; }

    public override void ReadBytes(long offset, Span<byte> destination) => _dense.Value.AsSpan((int)offset, destination.Length).CopyTo(destination);

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = _dense.Value;
        return true;
    }

    private byte[] Expand()
    {
        if (ByteLength > Array.MaxLength)
        {
            throw new GraphException($"a sparse tensor of {ByteLength} bytes is too large to be expanded in one piece");
        }

        int size = Type.BitWidth() / 8;
        byte[] dense = new byte[ByteLength];
        ReadOnlyMemory<byte> values = Content.ToMemory();
        int next = 0;
        Sparsity.ForEach(at =>
        {
            values.Span.Slice(next, size).CopyTo(dense.AsSpan((int)at * size));
            next += size;
        });
        return dense;
    }
}
