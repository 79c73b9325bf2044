namespace Pare.Formats.Packed;

/// <summary>A tensor of a container's model, decoded when it is read for the first time and again after <see cref="Unload"/>.</summary>
internal sealed class PackedTensorData(DataType type, TensorShape shape, PackedByteSource source, long offset) : TensorData(type, shape)
{
    private byte[]? _bytes;

    /// <summary>Where it comes from.</summary>
    public PackedByteSource Source => source;

    /// <summary>Where it starts there.</summary>
    public long Offset => offset;

    public override void ReadBytes(long offset1, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset1 + destination.Length, ByteLength, nameof(offset1));
        if (Volatile.Read(ref _bytes) is { } bytes)
        {
            bytes.AsSpan((int)offset1, destination.Length).CopyTo(destination);
            return;
        }

        source.Read(offset + offset1, destination);
    }

    public override bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        if (ByteLength > Array.MaxLength)
        {
            bytes = default;
            return false;
        }

        byte[]? own = Volatile.Read(ref _bytes);
        if (own is null)
        {
            own = GC.AllocateUninitializedArray<byte>((int)ByteLength);
            source.Read(offset, own);
            Volatile.Write(ref _bytes, own);
        }

        bytes = own;
        return true;
    }

    public override void Unload() => Volatile.Write(ref _bytes, null);
}
