namespace Pare.Formats;

/// <summary>The bytes of a file, in memory or mapped. Slices are views, nothing is copied. Immutable and thread-safe; a slice keeps what it views alive.</summary>
public abstract class ByteSource
{
    /// <summary>Length in bytes; may exceed 2 GB.</summary>
    public abstract long Length { get; }

    /// <summary>A view of a part.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part lies outside.</exception>
    public abstract ReadOnlyMemory<byte> Slice(long offset, int length);

    /// <summary>A view of everything.</summary>
    /// <exception cref="ModelFormatException">There are 2 GB or more.</exception>
    public ReadOnlyMemory<byte> ToMemory() => Length <= int.MaxValue
        ? Slice(0, (int)Length)
        : throw new ModelFormatException("file", $"{Length} bytes cannot be read in one piece; a file of this format may hold at most {int.MaxValue}");

    /// <summary>Wraps bytes in memory.</summary>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> bytes) => new MemoryByteSource(bytes);

    /// <summary>Maps a file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ByteSource FromFile(string path) => new MappedByteSource(path);

    private sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : ByteSource
    {
        public override long Length => bytes.Length;

        public override ReadOnlyMemory<byte> Slice(long offset, int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, bytes.Length, nameof(offset));
            return bytes.Slice((int)offset, length);
        }
    }
}
