using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pare.Formats;

/// <summary>A file mapped into memory for reading. The mapping ends when neither it nor a slice of it is reachable.</summary>
internal sealed unsafe partial class MappedByteSource : ByteSource
{
    private const int UnloadFrom = 1 << 16;

    private readonly Mapping _mapping;

    public MappedByteSource(string path)
    {
        _mapping = new Mapping(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
    }

    public override long Length => _mapping.Length;

    public override ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length, nameof(offset));
        return length == 0 ? default : new Window(_mapping, offset, length).Memory;
    }

    internal override bool TryLocate(ReadOnlySpan<byte> view, out long offset) => TryLocate(_mapping.Pointer, Length, view, out offset);

    /// <summary>Whether memory views a mapped file.</summary>
    public static bool IsMapped(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetMemoryManager(bytes, out Window? _, out _, out _);

    /// <summary>
    /// Where memory views a mapped file on Linux, gives the pages that lie wholly in it back: the process no longer counts them, and they are read again from the
    /// file when asked for. Elsewhere nothing happens. So that writing a model does not keep the whole of the old one resident.
    /// </summary>
    public static void Unload(ReadOnlyMemory<byte> bytes)
    {
        const int DontNeed = 4;
        if (bytes.Length < UnloadFrom || !OperatingSystem.IsLinux() || !MemoryMarshal.TryGetMemoryManager(bytes, out Window? window, out int start, out int length))
        {
            return;
        }

        nuint page = (nuint)Environment.SystemPageSize;
        nuint first = ((nuint)(window.Pointer + start) + page - 1) & ~(page - 1);
        nuint end = (nuint)(window.Pointer + start + length) & ~(page - 1);
        if (end > first)
        {
            // A hint: where the kernel does not take it, the pages merely stay.
            _ = Advise(first, end - first, DontNeed);
        }

        GC.KeepAlive(window);
    }

    /// <summary>
    /// Where memory views a mapped file, copies a long part of it by reading the file: quicker than through pages that must be mapped one by one and be given back. False where the memory is
    /// another's or the part is short; nothing is copied then.
    /// </summary>
    /// <exception cref="EndOfStreamException">The file was cut meanwhile.</exception>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, int offset, Span<byte> destination)
    {
        if (destination.Length < UnloadFrom || !MemoryMarshal.TryGetMemoryManager(bytes, out Window? window, out int start, out int length))
        {
            return false;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, length - offset, nameof(destination));
        window.Read(start + offset, destination);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nuint address, nuint length, int advice);

    private sealed class Mapping
    {
        private readonly SafeFileHandle _handle;
        private readonly MemoryMappedFile? _file;
        private readonly MemoryMappedViewAccessor? _view;

        public Mapping(SafeFileHandle handle)
        {
            _handle = handle;
            Length = RandomAccess.GetLength(handle);
            if (Length == 0)
            {
                return;
            }

            _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Pointer = pointer + _view.PointerOffset;
        }

        ~Mapping()
        {
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _file?.Dispose();
            _handle?.Dispose();
        }

        public long Length { get; }

        public byte* Pointer { get; }

        public void Read(long offset, Span<byte> destination)
        {
            while (!destination.IsEmpty)
            {
                int n = RandomAccess.Read(_handle, destination, offset);
                if (n == 0)
                {
                    throw new EndOfStreamException($"the model file was cut to {offset} bytes while it was read");
                }

                destination = destination[n..];
                offset += n;
            }
        }
    }

    // Holds the mapping for as long as a slice is reachable.
    private sealed class Window(Mapping mapping, long offset, int length) : MemoryManager<byte>
    {
        public byte* Pointer => mapping.Pointer + offset;

        public void Read(int start, Span<byte> destination) => mapping.Read(offset + start, destination);

        public override Span<byte> GetSpan()
        {
            Span<byte> span = new(mapping.Pointer + offset, length);
            GC.KeepAlive(mapping);
            return span;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => new(mapping.Pointer + offset + elementIndex, default, this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
