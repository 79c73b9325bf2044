namespace Pare.Formats.TFLite;

/// <summary>The bytes of a buffer, a view of the file. Immutable and thread-safe.</summary>
/// <param name="Source">Where it lies.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
internal sealed record TFLiteContent(ByteSource Source, long Offset, long Length)
{
    /// <summary>The bytes.</summary>
    /// <exception cref="GraphException">There are 2 GB or more.</exception>
    public ReadOnlyMemory<byte> ToMemory() => Length <= int.MaxValue ? Source.Slice(Offset, (int)Length) : throw new GraphException($"a buffer of {Length} bytes is too large to be held in one piece");

    /// <summary>The bytes of a tensor, which may be decoded later: see <see cref="ByteSource.Peek"/>.</summary>
    public ReadOnlyMemory<byte> Peek() => Length <= int.MaxValue ? Source.Peek(Offset, (int)Length) : ToMemory();
}
