using System.Buffers.Binary;
using System.IO.Compression;

namespace Pare.Formats;

/// <summary>Unpacks gzip files and zip archives of one entry, within a bound that the file's own claims cannot move.</summary>
internal static class Decompressor
{
    // Deflate cannot do better than 258 bytes in 2 bits: 1032 to 1.
    private const int MaxRatio = 1032;

    /// <summary>What a file is wrapped in, by its content. Archives of several entries count as not wrapped: they are formats of their own.</summary>
    public static FileCompression Detect(ByteSource bytes)
    {
        ReadOnlySpan<byte> head = bytes.Slice(0, (int)Math.Min(4, bytes.Length)).Span;
        if (head is [0x1f, 0x8b, ..])
        {
            return FileCompression.Gzip;
        }

        return head is [(byte)'P', (byte)'K', 3, 4] ? FileCompression.Zip : FileCompression.None;
    }

    public static ByteSource Gunzip(ByteSource bytes, long limit)
    {
        // The last four bytes tell the length modulo 2^32: a hint, believed as far as deflate could have made it true.
        long hint = bytes.Length >= 18 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(bytes.Length - 4, 4).Span) : 0;
        try
        {
            using GZipStream stream = new(new ByteSourceStream(bytes), CompressionMode.Decompress);
            ByteSource content = ReadAll(stream, Math.Min(hint, bytes.Length * MaxRatio), limit, "gzip");
            return (content.Length & uint.MaxValue) == hint
                ? content
                : throw new ModelFormatException("gzip", $"the file ends early or is damaged: it unpacks to {content.Length} bytes, its end says {hint}", bytes.Length - 4);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException("gzip", $"the file is damaged: {e.Message}", innerException: e);
        }
    }

    /// <returns>The entry's content and name, or null where the archive does not hold exactly one file.</returns>
    public static (ByteSource Content, string Name)? Unzip(ByteSource bytes, long limit)
    {
        try
        {
            using ZipArchive archive = new(new ByteSourceStream(bytes), ZipArchiveMode.Read);
            if (archive.Entries.Count != 1 || archive.Entries[0].Name.Length == 0)
            {
                return null;
            }

            ZipArchiveEntry entry = archive.Entries[0];
            if (entry.IsEncrypted)
            {
                throw new UnsupportedModelException("the zip archive is encrypted; unpack it first", []);
            }

            if (entry.Length > limit)
            {
                throw TooLarge("zip", limit);
            }

            using Stream stream = entry.Open();
            ByteSource content = ReadAll(stream, Math.Min(entry.Length, bytes.Length * MaxRatio), limit, "zip");
            return content.Length == entry.Length
                ? (content, entry.Name)
                : throw new ModelFormatException("zip", $"the entry '{entry.Name}' unpacks to {content.Length} bytes, the archive says {entry.Length}");
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw new ModelFormatException("zip", $"the archive is damaged: {e.Message}", innerException: e);
        }
    }

    private static ByteSource ReadAll(Stream stream, long hint, long limit, string format)
    {
        long most = Math.Min(limit, Array.MaxLength);
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(hint + 1, 4096, most));
        int used = 0;
        while (true)
        {
            int n = stream.Read(buffer, used, buffer.Length - used);
            if (n == 0)
            {
                return ByteSource.FromMemory(buffer.AsMemory(0, used));
            }

            used += n;
            if (used == buffer.Length)
            {
                if (used >= most)
                {
                    throw TooLarge(format, most);
                }

                Array.Resize(ref buffer, (int)Math.Min(most, buffer.LongLength * 2));
            }
        }
    }

    private static ModelFormatException TooLarge(string format, long limit) => new(format, $"the file unpacks to more than {limit} bytes, the bound set for compressed models; unpack it first, or raise the bound");
}
