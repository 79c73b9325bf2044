using System.Buffers.Binary;
using System.IO.Compression;

namespace Pare.Formats.Keras;

/// <summary>Writes an archive again with one entry's content replaced by one of another size: order, names, dates and attributes stay.</summary>
internal static class ZipRewriter
{
    private const int DescriptorFlag = 8;

    /// <summary>Writes the archive.</summary>
    public static void Write(ByteSource bytes, ZipDirectory zip, ZipEntry changed, PatchedSource content, uint checksum, Stream stream)
    {
        byte[]? deflated = changed.Method == 0 ? null : Deflate(content);
        long packed = deflated?.Length ?? content.Length;
        long end = zip.Entries.Min(e => e.CentralAt);
        if (content.Length >= uint.MaxValue || packed >= uint.MaxValue || bytes.Length >= uint.MaxValue)
        {
            throw new UnsupportedModelException("an archive above 4 GB whose weights are compressed is not rewritten; store the weights uncompressed first", []);
        }

        List<ZipEntry> order = [.. zip.Entries.OrderBy(e => e.LocalAt)];
        Dictionary<string, long> places = new(StringComparer.Ordinal);
        long at = order.Count > 0 ? order[0].LocalAt : 0;
        Copy(bytes, 0, at, stream);
        for (int i = 0; i < order.Count; i++)
        {
            ZipEntry e = order[i];
            long next = i + 1 < order.Count ? order[i + 1].LocalAt : end;
            places[e.Name] = at;
            if (e.Name != changed.Name)
            {
                Copy(bytes, e.LocalAt, next, stream);
                at += next - e.LocalAt;
                continue;
            }

            byte[] head = bytes.Slice(e.LocalAt, (int)(e.DataAt - e.LocalAt)).ToArray();
            SetSizes(head, 6, 14, checksum, packed, content.Length);
            stream.Write(head);
            if (deflated is not null)
            {
                stream.Write(deflated);
            }
            else
            {
                content.WriteTo(stream);
            }

            at += head.Length + packed;
        }

        WriteDirectory(bytes, zip, changed, places, at, checksum, packed, content.Length, stream);
    }

    private static void WriteDirectory(ByteSource bytes, ZipDirectory zip, ZipEntry changed, Dictionary<string, long> places, long start, uint checksum, long packed, long size, Stream stream)
    {
        long at = start;
        long last = 0;
        foreach (ZipEntry e in zip.Entries)
        {
            ReadOnlySpan<byte> fixedPart = bytes.Slice(e.CentralAt, 46).Span;
            int length = 46 + BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]) + BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[32..]);
            byte[] record = bytes.Slice(e.CentralAt, length).ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(42), (uint)places[e.Name]);
            if (e.Name == changed.Name)
            {
                SetSizes(record, 8, 16, checksum, packed, size);
            }

            stream.Write(record);
            at += length;
            last = e.CentralAt + length;
        }

        byte[] tail = bytes.Slice(last, (int)(bytes.Length - last)).ToArray();
        int end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(end + 12), (uint)(at - start));
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(end + 16), (uint)start);
        stream.Write(tail);
    }

    private static void SetSizes(byte[] head, int flagsAt, int checksumAt, uint checksum, long packed, long size)
    {
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(flagsAt));
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(flagsAt), (ushort)(flags & ~DescriptorFlag));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(checksumAt), checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(checksumAt + 4), (uint)packed);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(checksumAt + 8), (uint)size);
    }

    private static byte[] Deflate(PatchedSource content)
    {
        using MemoryStream packed = new();
        using (DeflateStream stream = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            content.WriteTo(stream);
        }

        return packed.ToArray();
    }

    private static void Copy(ByteSource bytes, long from, long to, Stream stream)
    {
        const int Part = 1 << 20;
        while (from < to)
        {
            ReadOnlyMemory<byte> part = bytes.Slice(from, (int)Math.Min(Part, to - from));
            stream.Write(part.Span);
            from += part.Length;
        }
    }
}
