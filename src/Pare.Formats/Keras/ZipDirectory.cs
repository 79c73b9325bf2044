using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pare.Formats.Keras;

/// <summary>
/// The directory of a zip archive, with the places of everything in it, so that stored entries are read where they lie and can be changed in place. Believes
/// nothing unchecked. Immutable and thread-safe.
/// </summary>
internal sealed class ZipDirectory
{
    private const string Label = "zip";
    private const int EndSize = 22;
    private const int MaxEntries = 1 << 16;
    private readonly ByteSource _bytes;

    private ZipDirectory(ByteSource bytes, List<ZipEntry> entries)
    {
        _bytes = bytes;
        Entries = entries;
    }

    /// <summary>Entries in the directory's order.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>Whether the bytes begin as an archive does.</summary>
    public static bool IsArchive(ByteSource bytes) => bytes.Length > EndSize && bytes.Slice(0, 4).Span is [(byte)'P', (byte)'K', 3, 4];

    /// <summary>Reads the directory.</summary>
    /// <exception cref="ModelFormatException">The archive is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is encrypted or compressed in an unusual way.</exception>
    public static ZipDirectory Read(ByteSource bytes)
    {
        (long at, long count) = FindDirectory(bytes);
        List<ZipEntry> entries = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> head = Slice(bytes, at, 46, "a directory record");
            if (BinaryPrimitives.ReadUInt32LittleEndian(head) != 0x02014b50)
            {
                throw new ModelFormatException(Label, $"record {i} of the directory has no signature", at);
            }

            int flags = U16(head, 8);
            int method = U16(head, 10);
            int nameLength = U16(head, 28);
            int extraLength = U16(head, 30);
            long size = U32(head, 24);
            long compressed = U32(head, 20);
            long local = U32(head, 42);
            string name = Encoding.UTF8.GetString(Slice(bytes, at + 46, nameLength, "an entry's name"));
            ReadWide(Slice(bytes, at + 46 + nameLength, extraLength, "an entry's extra field"), ref size, ref compressed, ref local);
            if ((flags & 1) != 0 || method is not (0 or 8))
            {
                throw new UnsupportedModelException($"the archive's entry '{name}' is {((flags & 1) != 0 ? "encrypted" : $"compressed by method {method}")}; pack the model again, stored or deflated", []);
            }

            ReadOnlySpan<byte> localHead = Slice(bytes, local, 30, "an entry's header");
            if (BinaryPrimitives.ReadUInt32LittleEndian(localHead) != 0x04034b50)
            {
                throw new ModelFormatException(Label, $"the entry '{name}' has no header where the directory says", local);
            }

            long data = local + 30 + U16(localHead, 26) + U16(localHead, 28);
            if (compressed > bytes.Length - data || (method == 0 && compressed != size))
            {
                throw new ModelFormatException(Label, $"the entry '{name}' states {compressed} bytes of {size}, but {bytes.Length - data} are left", local);
            }

            if (!names.Add(name))
            {
                throw new ModelFormatException(Label, $"two entries bear the name '{name}'", at);
            }

            entries.Add(new ZipEntry { Name = name, Method = method, Compressed = compressed, Size = size, LocalAt = local, DataAt = data, CentralAt = at, Flags = flags });
            at += 46 + nameLength + extraLength + U16(head, 32);
        }

        return new ZipDirectory(bytes, entries);
    }

    /// <summary>An entry by name, or null.</summary>
    public ZipEntry? Find(string name) => Entries.FirstOrDefault(e => e.Name == name);

    /// <summary>An entry's content: a view where it is stored, else unpacked, never to more than <paramref name="limit"/> bytes.</summary>
    public ByteSource Open(ZipEntry entry, long limit)
    {
        if (entry.Method == 0)
        {
            return entry.Compressed <= int.MaxValue ? ByteSource.FromMemory(_bytes.Slice(entry.DataAt, (int)entry.Compressed)) : new ByteSourceWindow(_bytes, entry.DataAt, entry.Compressed);
        }

        // Deflate cannot do better than 1032 to 1.
        if (entry.Size > limit || entry.Size > Array.MaxLength || entry.Size > (entry.Compressed * 1032) + 64)
        {
            throw new ModelFormatException(Label, $"the entry '{entry.Name}' states {entry.Size} bytes in {entry.Compressed}, more than is believed", entry.LocalAt);
        }

        byte[] content = new byte[entry.Size];
        try
        {
            using DeflateStream stream = new(new ByteSourceStream(new ByteSourceWindow(_bytes, entry.DataAt, entry.Compressed)), CompressionMode.Decompress);
            int used = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return used == content.Length && stream.ReadByte() < 0
                ? ByteSource.FromMemory(content)
                : throw new ModelFormatException(Label, $"the entry '{entry.Name}' does not unpack to the {entry.Size} bytes that are stated", entry.LocalAt);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException(Label, $"the entry '{entry.Name}' is damaged: {e.Message}", entry.LocalAt, innerException: e);
        }
    }

    private static (long At, long Count) FindDirectory(ByteSource bytes)
    {
        const int LongestComment = 65535;
        int length = (int)Math.Min(bytes.Length, EndSize + LongestComment);
        ReadOnlySpan<byte> tail = bytes.Slice(bytes.Length - length, length).Span;
        int end = tail.LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || end + EndSize > tail.Length)
        {
            throw new ModelFormatException(Label, "the archive's end is missing: the file was cut, or is no zip archive", bytes.Length);
        }

        long count = U16(tail, end + 10);
        long at = U32(tail, end + 16);
        long endAt = bytes.Length - length + end;
        if ((count == 0xffff || at == uint.MaxValue) && endAt >= 20 && bytes.Slice(endAt - 20, 4).Span is [(byte)'P', (byte)'K', 6, 7])
        {
            ReadOnlySpan<byte> wide = Slice(bytes, (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(endAt - 12, 8).Span)), 56, "the archive's end");
            count = (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(wide[32..]));
            at = (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(wide[48..]));
        }

        return count <= MaxEntries && at <= bytes.Length ? (at, count) : throw new ModelFormatException(Label, $"the archive's end states {count} entries from byte {at}", endAt);
    }

    // Zip64: what does not fit 32 bits stands in field 1, in this order, as far as it was left out.
    private static void ReadWide(ReadOnlySpan<byte> extra, ref long size, ref long compressed, ref long local)
    {
        for (int i = 0; i + 4 <= extra.Length; i += 4 + U16(extra, i + 2))
        {
            if (U16(extra, i) != 1)
            {
                continue;
            }

            ReadOnlySpan<byte> field = extra[(i + 4)..Math.Min(extra.Length, i + 4 + U16(extra, i + 2))];
            Take(ref field, ref size);
            Take(ref field, ref compressed);
            Take(ref field, ref local);
            return;
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value == uint.MaxValue && field.Length >= 8)
            {
                value = (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(field));
                field = field[8..];
            }
        }
    }

    private static ReadOnlySpan<byte> Slice(ByteSource bytes, long at, int length, string what) => at >= 0 && at <= bytes.Length - length
        ? bytes.Slice(at, length).Span
        : throw new ModelFormatException(Label, $"{what} takes {length} bytes from here, but the file has {bytes.Length}", at);

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
