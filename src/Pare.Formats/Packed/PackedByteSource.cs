using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Formats.Packed;

/// <summary>
/// The file that a container unpacks to, as if it were there: its structure lies in memory from the start, tensors are decoded where they are asked for.
/// Pages never touched take no memory.
/// </summary>
internal sealed unsafe class PackedByteSource : ByteSource
{
    private readonly PackedFile _file;
    private readonly Region _region;
    private readonly Lock _lock = new();
    private readonly bool[] _filled;

    /// <param name="file">The container.</param>
    /// <param name="structureOnly">Whether nothing but structure is decoded, for a look at names.</param>
    public PackedByteSource(PackedFile file, bool structureOnly = false)
    {
        _file = file;
        _region = new Region(file.Length);
        _filled = new bool[file.Directory.Segments.Count];
        for (int k = 0; k < _filled.Length; k++)
        {
            PackedSegment s = file.Directory.Segments[k];
            if (s.Kind == SegmentKind.Structure || (!structureOnly && (!s.IsTensor || s.Length < PackedTensors.DeferredFrom)))
            {
                Fill(k);
            }
        }
    }

    public PackedFile File => _file;

    public override long Length => _file.Length;

    public override ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ReadOnlyMemory<byte> view = Peek(offset, length);
        if (length > 0)
        {
            lock (_lock)
            {
                for (int k = _file.Directory.Find(offset); k < _filled.Length && _file.Directory.Segments[k].Start < offset + length; k++)
                {
                    Fill(k);
                }
            }
        }

        return view;
    }

    public override ReadOnlyMemory<byte> Peek(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length, nameof(offset));
        return length == 0 ? default : new Window(_region, offset, length).Memory;
    }

    /// <summary>Copies a part, decoding without keeping.</summary>
    public void Read(long offset, Span<byte> destination) => _file.Read(offset, destination);

    /// <summary>Whether a part is all there already.</summary>
    public bool IsFilled(long offset, long length)
    {
        for (int k = length == 0 ? _filled.Length : _file.Directory.Find(offset); k < _filled.Length && _file.Directory.Segments[k].Start < offset + length; k++)
        {
            if (!_filled[k])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Decodes everything that lies in none of some ranges.</summary>
    public void FillExcept(List<(long Start, long End)> ranges)
    {
        ranges.Sort();
        int next = 0;
        for (int k = 0; k < _filled.Length; k++)
        {
            PackedSegment s = _file.Directory.Segments[k];
            while (next < ranges.Count && ranges[next].End <= s.Start)
            {
                next++;
            }

            if (next == ranges.Count || s.Start < ranges[next].Start || s.End > ranges[next].End)
            {
                Fill(k);
            }
        }
    }

    internal override bool TryLocate(ReadOnlySpan<byte> view, out long offset) => TryLocate(_region.Pointer, Length, view, out offset);

    private void Fill(int index)
    {
        if (!_filled[index])
        {
            PackedSegment s = _file.Directory.Segments[index];
            for (long at = s.Start; at < s.End;)
            {
                int n = (int)Math.Min(s.End - at, 1 << 30);
                _file.Read(at, new Span<byte>(_region.Pointer + at, n));
                at += n;
            }

            _filled[index] = true;
        }
    }

    private sealed class Region
    {
        public Region(long length) => Pointer = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));

        ~Region() => NativeMemory.Free(Pointer);

        public byte* Pointer { get; }
    }

    // Holds the region for as long as a slice is reachable.
    private sealed class Window(Region region, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            Span<byte> span = new(region.Pointer + offset, length);
            GC.KeepAlive(region);
            return span;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => new(region.Pointer + offset + elementIndex, default, this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
