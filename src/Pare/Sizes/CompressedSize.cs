using System.Buffers;
using System.IO.Compression;
using System.Text;
using Pare.Codecs;
using ZstdSharp;

namespace Pare.Sizes;

/// <summary>Sizes that common compressors would give. Thread-safe.</summary>
public static class CompressedSize
{
    private const int ZstdLevel = 19;
    private const int BrotliQuality = 11;
    private const int BrotliWindow = 24;
    private const int Part = 1 << 17;

    // Local header, central directory entry and end record without extra fields; the name stands in the first two. gzip's own frame takes 18.
    private const int ZipFrame = 30 + 46 + 22;
    private const int GzipFrame = 18;

    /// <summary>Bytes as <c>gzip -6 -n</c> makes it.</summary>
    public static long Gzip(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using GzipSizer sizer = new();
        content.CopyTo(sizer, Part);
        return sizer.Finish();
    }

    /// <summary>Bytes of a zip archive with one deflated entry, from the size of the gzip.</summary>
    /// <param name="gzip">What <see cref="Gzip"/> gave.</param>
    /// <param name="name">The entry's name.</param>
    public static long ZipFromGzip(long gzip, string name) => gzip - GzipFrame + ZipFrame + 2 * Encoding.UTF8.GetByteCount(name);

    /// <summary>Bytes as <c>zstd -19</c> makes it, its checksum included.</summary>
    public static long Zstd(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using CountingStream count = new();
        using (CompressionStream zstd = new(count, ZstdLevel, leaveOpen: true))
        {
            zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            if (content.CanSeek)
            {
                zstd.SetPledgedSrcSize((ulong)content.Length);
            }

            content.CopyTo(zstd, Part);
        }

        return count.Length;
    }

    /// <summary>Bytes by brotli at quality 11.</summary>
    public static long Brotli(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using BrotliEncoder encoder = new(BrotliQuality, BrotliWindow);
        byte[] input = new byte[Part];
        byte[] output = new byte[Part];
        long size = 0;
        int read;
        do
        {
            read = content.ReadAtLeast(input, Part, throwOnEndOfStream: false);
            ReadOnlySpan<byte> rest = input.AsSpan(0, read);
            OperationStatus status;
            do
            {
                status = encoder.Compress(rest, output, out int consumed, out int written, isFinalBlock: read < Part);
                rest = rest[consumed..];
                size += written;
            }
            while (status == OperationStatus.DestinationTooSmall || !rest.IsEmpty);
        }
        while (read == Part);

        return size;
    }
}
