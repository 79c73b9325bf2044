using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>A view of everything as <see cref="Peek"/> gives it.</summary>
    /// <exception cref="ModelFormatException">There are 2 GB or more.</exception>
    public ReadOnlyMemory<byte> PeekAll() => Length <= int.MaxValue ? Peek(0, (int)Length) : ToMemory();

    /// <summary>
    /// A view for readers of a model's structure. Where the source is coded, the content of large tensors may be zeros in it, until <see cref="ModelFile"/> has put
    /// tensors that decode themselves in the place of those that view it; elsewhere it is the same as <see cref="Slice"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The part lies outside.</exception>
    public virtual ReadOnlyMemory<byte> Peek(long offset, int length) => Slice(offset, length);

    /// <summary>Wraps bytes in memory.</summary>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> bytes) => new MemoryByteSource(bytes);

    /// <summary>Maps a file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ByteSource FromFile(string path) => new MappedByteSource(path);

    /// <summary>Where a view of this source lies in it; false for views of something else.</summary>
    internal virtual bool TryLocate(ReadOnlySpan<byte> view, out long offset)
    {
        offset = 0;
        return false;
    }

    private protected static unsafe bool TryLocate(byte* start, long length, ReadOnlySpan<byte> view, out long offset)
    {
        // Of memory that does not move, so that addresses may be compared.
        offset = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(view)) - start;
        return !view.IsEmpty && offset >= 0 && offset + view.Length <= length;
    }

    private sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : ByteSource
    {
        public override long Length => bytes.Length;

        public override ReadOnlyMemory<byte> Slice(long offset, int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, bytes.Length, nameof(offset));
            return bytes.Slice((int)offset, length);
        }

        internal override unsafe bool TryLocate(ReadOnlySpan<byte> view, out long offset)
        {
            fixed (byte* start = bytes.Span)
            {
                return TryLocate(start, bytes.Length, view, out offset);
            }
        }
    }
}
