using System.Security.Cryptography;
using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>
/// A container opened for reading: its directory and first stream are decoded, everything else when it is asked for. Immutable but for a cache of streams; thread-safe.
/// </summary>
internal sealed class PackedFile
{
    private readonly ByteSource _file;
    private readonly PackedHeader _header;
    private readonly byte[] _head;
    private readonly StreamCache _cache;
    private Func<long, string?>? _nameOf;

    private PackedFile(ByteSource file, PackedHeader header, byte[] head, PackedDirectory directory)
    {
        _file = file;
        _header = header;
        _head = head;
        Directory = directory;
        _cache = new StreamCache(stream => StreamDecoder.Decode(file, stream));
    }

    /// <summary>Bytes of the file that it unpacks to.</summary>
    public long Length => _header.Length;

    /// <summary>Whether what it unpacks to differs from what was packed.</summary>
    public bool IsLossy => (_header.Flags & PackedHeader.Lossy) != 0;

    /// <summary>SHA-256 of what it unpacks to.</summary>
    public ReadOnlyMemory<byte> Hash => _header.IsCompact ? SHA256.HashData(_head) : _header.Hash;

    public PackedDirectory Directory { get; }

    /// <summary>Bytes of the container.</summary>
    public ByteSource Container => _file;

    /// <summary>Bytes of header, directory and structure in the container.</summary>
    public long HeadBytes => _header.HeadOffset + _header.HeadCoded;

    /// <summary>Names the tensor that holds a byte of the unpacked file, for errors; null where nobody knows.</summary>
    public Func<long, string?>? NameOf
    {
        get => _nameOf;
        set => _nameOf = value;
    }

    /// <exception cref="ModelFormatException">The container is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is of a newer version, or needs a feature that is not known.</exception>
    public static PackedFile Open(ByteSource file, long limit)
    {
        PackedHeader header = PackedHeader.Read(file, limit);
        ReadOnlyMemory<byte> coded = file.Slice(header.HeadOffset, header.HeadCoded);
        byte[] head = header.IsStored ? coded.ToArray() : new byte[header.HeadLength];
        try
        {
            if (!header.IsStored)
            {
                ByteCoder.Decode(coded, head);
            }
        }
        catch (CodecException e)
        {
            throw new ModelFormatException(PackedHeader.Format, $"the first stream is damaged: {e.Problem}", header.HeadOffset + e.Offset, innerException: e);
        }

        return new PackedFile(file, header, head, header.IsCompact ? DirectoryReader.Whole(header) : DirectoryReader.Read(head, header, file.Length));
    }

    /// <summary>Copies a part of the unpacked file.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, Length, nameof(offset));
        for (int k = destination.IsEmpty ? 0 : Directory.Find(offset); !destination.IsEmpty; k++)
        {
            PackedSegment s = Directory.Segments[k];
            int n = (int)Math.Min(destination.Length, s.End - offset);
            Read(s, offset - s.Start, destination[..n]);
            destination = destination[n..];
            offset += n;
        }
    }

    /// <summary>Writes the unpacked file and checks its SHA-256.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="progress">Told the part done, 0 to 1.</param>
    /// <param name="cancellation">Stops between streams.</param>
    /// <exception cref="ModelFormatException">A stream is damaged, or the hash is another.</exception>
    public void WriteTo(Stream output, IProgress<double>? progress, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] part = new byte[1 << 20];
        for (long done = 0; done < Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> now = part.AsSpan(0, (int)Math.Min(part.Length, Length - done));
            Read(done, now);
            hash.AppendData(now);
            output.Write(now);
            done += now.Length;
            progress?.Report((double)done / Length);
        }

        byte[] found = hash.GetHashAndReset();
        if (!_header.IsCompact && !found.AsSpan().SequenceEqual(_header.Hash.Span))
        {
            throw new ModelFormatException(PackedHeader.Format, $"the unpacked file has SHA-256 {Convert.ToHexStringLower(found)}, the container says {Convert.ToHexStringLower(_header.Hash.Span)}: it is damaged");
        }
    }

    private void Read(PackedSegment s, long within, Span<byte> destination)
    {
        switch (s.Kind)
        {
            case SegmentKind.Structure:
                _head.AsSpan((int)(s.StreamStart + within), destination.Length).CopyTo(destination);
                break;
            case SegmentKind.Copy:
                while (!destination.IsEmpty)
                {
                    long at = within % s.Period;
                    int n = (int)Math.Min(destination.Length, s.Period - at);
                    Read(s.Start - s.Distance + at, destination[..n]);
                    destination = destination[n..];
                    within += n;
                }

                break;
            default:
                Decoded(Directory.Streams[s.Stream]).AsSpan((int)(s.ByteStart + within), destination.Length).CopyTo(destination);
                break;
        }
    }

    private byte[] Decoded(PackedStream stream)
    {
        try
        {
            return _cache.Get(stream);
        }
        catch (CodecException e)
        {
            PackedSegment first = stream.Segments[0];
            string? name = Name(first.Start);
            string others = stream.Segments.Count > 1 ? $" and {stream.Segments.Count - 1} more" : "";
            string what = name is null ? $"bytes {first.Start} to {first.End - 1}{others} of the unpacked file" : $"tensor '{name}'{others}";
            throw new ModelFormatException(PackedHeader.Format, $"the stream of {what} is damaged: {e.Codec}: {e.Problem}", stream.Offset + e.Offset, name, e);
        }
    }

    // Looking for a name may come upon the same damage, which then needs none.
    private string? Name(long position)
    {
        Func<long, string?>? nameOf = Interlocked.Exchange(ref _nameOf, null);
        try
        {
            return nameOf?.Invoke(position);
        }
        finally
        {
            _nameOf = nameOf ?? _nameOf;
        }
    }
}
