namespace Pare.Formats.FlatBuffers;

/// <summary>
/// Bytes that are written behind all tables, too large to be gathered in memory: as the content of a vector of bytes, or, as the value of a 64-bit field, beyond the
/// tables, the field telling the place in the file. The first byte is aligned to 16.
/// </summary>
internal sealed class FlatBlob(long length, Action<Stream> write)
{
    /// <summary>Number of bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Writes exactly <see cref="Length"/> bytes.</summary>
    public void WriteTo(Stream stream) => write(stream);
}
