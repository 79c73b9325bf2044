using Pare.Codecs;
using Pare.Formats.TensorBoard;

namespace Pare.Formats.Packed;

/// <summary>What a container says before its streams. The layout is told in docs/pare-format.md.</summary>
internal sealed record PackedHeader
{
    public const string Format = "pare";
    public const int Version = 1;
    public const int MagicLength = 5;

    /// <summary>A decoder that does not know a flag must refuse the file.</summary>
    public const ulong KnownFlags = Lossy | Floats | Compact;

    public const ulong Lossy = 1;

    /// <summary>There are segments of <see cref="SegmentKind.Floats"/>.</summary>
    public const ulong Floats = 2;

    /// <summary>The file is one stream without a directory: for a few bytes, or bytes that nothing shrinks.</summary>
    public const ulong Compact = 4;

    /// <summary>Bytes of one decoded stream, at most; of one coded by context mixing <see cref="ByteCoder.MaxLength"/>.</summary>
    public const int MaxStream = 1 << 26;

    /// <summary>Elements of one segment, at most.</summary>
    public const int MaxElements = 1 << 24;

    private const int HashLength = 32;

    public static ReadOnlySpan<byte> Magic => [0x8f, (byte)'p', (byte)'a', (byte)'r', (byte)'e'];

    public ulong Flags { get; init; }

    /// <summary>Bytes of the file that it unpacks to.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the file that it unpacks to; empty in a compact container.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>Bytes of the first stream, decoded.</summary>
    public required int HeadLength { get; init; }

    /// <summary>Bytes of the first stream, coded.</summary>
    public required int HeadCoded { get; init; }

    /// <summary>Where the first stream starts.</summary>
    public int HeadOffset { get; init; }

    /// <summary>Whether the first stream is the whole file.</summary>
    public bool IsCompact => (Flags & Compact) != 0;

    /// <summary>Whether the first stream is the whole file as it is.</summary>
    public bool IsStored { get; init; }

    public static bool Matches(ByteSource bytes) => bytes.Length >= MagicLength && bytes.Slice(0, MagicLength).Span.SequenceEqual(Magic);

    public byte[] Write(ReadOnlySpan<byte> head)
    {
        VarintWriter w = new();
        w.Add(Magic);
        w.Add([(byte)Version]);
        w.Varint(Flags);
        w.Varint((ulong)Length);
        w.Add(Hash.Span);
        w.Varint((ulong)HeadLength);
        w.Varint((ulong)HeadCoded);
        w.UInt32(~Crc32C.Append(Crc32C.Append(~0u, w.Span), head));
        return w.Span.ToArray();
    }

    /// <summary>A compact container.</summary>
    /// <param name="length">Bytes of the file, 0 where <paramref name="coded"/> is the file itself.</param>
    /// <param name="coded">The file, coded by context mixing.</param>
    public static byte[] WriteCompact(int length, ReadOnlySpan<byte> coded)
    {
        VarintWriter w = new();
        w.Add(Magic);
        w.Add([(byte)Version]);
        w.Varint(Compact);
        w.Varint((ulong)length);
        w.UInt32(~Crc32C.Append(Crc32C.Append(~0u, w.Span), coded));
        w.Add(coded);
        return w.Span.ToArray();
    }

    public static PackedHeader Read(ByteSource bytes, long limit)
    {
        ReadOnlySpan<byte> span = bytes.Slice(0, (int)Math.Min(bytes.Length, 128)).Span;
        if (span.Length < MagicLength || !span[..MagicLength].SequenceEqual(Magic))
        {
            throw new ModelFormatException(Format, "the file does not start with the bytes 8f 'pare'", 0);
        }

        VarintReader r = new(span, 0) { Position = MagicLength };
        int version = r.Byte("the version");
        if (version != Version)
        {
            throw new UnsupportedModelException($"pare: the file is of version {version}, this program reads version {Version}; a newer one is needed", []);
        }

        ulong flags = r.Varint("the flags");
        if ((flags & ~KnownFlags) != 0)
        {
            throw new UnsupportedModelException($"pare: the file needs features 0x{flags & ~KnownFlags:x} that this program does not know; a newer one is needed", []);
        }

        if ((flags & Compact) != 0)
        {
            return ReadCompact(ref r, bytes, flags);
        }

        long most = Math.Max(limit, bytes.Length > long.MaxValue / 64 ? long.MaxValue : bytes.Length * 64);
        long length = (long)r.Bounded("the unpacked length", (ulong)most, "the bound set for packed models; raise it to unpack more");
        byte[] hash = r.Bytes(HashLength, "the SHA-256").ToArray();
        int headLength = (int)r.Bounded("the length of the first stream", ByteCoder.MaxLength);
        int headCoded = (int)r.Bounded("the coded length of the first stream", int.MaxValue);
        CheckRatio(headLength, headCoded, r.Position);
        uint checksum = r.UInt32("the checksum");
        int end = r.Position;
        if (headCoded > bytes.Length - end)
        {
            throw new ModelFormatException(Format, $"the file ends early: the first stream takes {headCoded} bytes, {bytes.Length - end} are left", end);
        }

        if (~Crc32C.Append(Crc32C.Append(~0u, span[..(end - 4)]), bytes.Slice(end, headCoded).Span) != checksum)
        {
            throw new ModelFormatException(Format, "the checksum of the header and the first stream does not match: the file is damaged", end - 4);
        }

        return new PackedHeader { Flags = flags, Length = length, Hash = hash, HeadLength = headLength, HeadCoded = headCoded, HeadOffset = end };
    }

    private static PackedHeader ReadCompact(ref VarintReader r, ByteSource bytes, ulong flags)
    {
        int length = (int)r.Bounded("the unpacked length", ByteCoder.MaxLength);
        int head = r.Position;
        uint checksum = r.UInt32("the checksum");
        int end = r.Position;
        if (bytes.Length - end > ByteCoder.MaxLength)
        {
            throw new ModelFormatException(Format, $"{bytes.Length - end} bytes in a compact container, which holds {ByteCoder.MaxLength} at most", end);
        }

        int coded = (int)(bytes.Length - end);
        CheckRatio(length, coded, head);
        if (~Crc32C.Append(Crc32C.Append(~0u, bytes.Slice(0, head).Span), bytes.Slice(end, coded).Span) != checksum)
        {
            throw new ModelFormatException(Format, "the checksum of the file does not match: it is damaged", head);
        }

        bool stored = length == 0;
        return new PackedHeader { Flags = flags, Length = stored ? coded : length, Hash = default, HeadLength = stored ? coded : length, HeadCoded = coded, HeadOffset = end, IsStored = stored };
    }

    /// <summary>No stream of bytes unpacks to more than 131,072 times its coded bytes, which no codec reaches. So few bytes cannot take much memory.</summary>
    public static void CheckRatio(long length, long coded, long offset)
    {
        if (length > 131072 * (coded + 1))
        {
            throw new ModelFormatException(Format, $"a stream of {coded} bytes claims to unpack to {length}, more than 131072 times as many", offset);
        }
    }
}
