namespace Pare.Formats;

/// <summary>What a <see cref="TensorPump"/> writes in one piece: bytes, or a tensor's dense form.</summary>
/// <param name="bytes">The bytes, where there is no tensor.</param>
/// <param name="tensor">The tensor, or null.</param>
internal sealed class PumpedContent(ReadOnlyMemory<byte> bytes, TensorData? tensor)
{
    private const int ReadFrom = 1 << 16;

    /// <summary>Number of bytes.</summary>
    public long Length => tensor?.ByteLength ?? bytes.Length;

    /// <summary>The bytes where they are at hand: in memory, or few.</summary>
    public bool TryGetBytes(out ReadOnlySpan<byte> near)
    {
        near = bytes.Span;
        return tensor is null ? bytes.Length < ReadFrom || !MappedByteSource.IsMapped(bytes) : tensor.TryGetBytes(out near) && near.Length < ReadFrom;
    }

    /// <summary>Copies a part.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        if (tensor is not null)
        {
            tensor.ReadBytes(offset, destination);
        }
        else if (!MappedByteSource.TryRead(bytes, (int)offset, destination))
        {
            bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
        }
    }

    /// <summary>Gives pages of a mapped file back.</summary>
    public void Unload()
    {
        tensor?.Unload();
        MappedByteSource.Unload(bytes);
    }
}
