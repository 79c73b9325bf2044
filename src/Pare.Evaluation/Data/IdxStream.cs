using System.Buffers.Binary;
using System.IO.Compression;

namespace Pare.Evaluation;

/// <summary>An IDX file of bytes opened for reading: header, then items one after another. Not safe for concurrent use.</summary>
internal sealed class IdxStream : IDisposable
{
    private readonly Stream _stream;
    private readonly string _path;

    private IdxStream(Stream stream, string path, int[] dimensions, int itemBytes)
    {
        _stream = stream;
        _path = path;
        Dimensions = dimensions;
        ItemBytes = itemBytes;
    }

    /// <summary>Extents, the number of items first. The number is what the header claims: reading tells whether they are there.</summary>
    public int[] Dimensions { get; }

    /// <summary>Bytes of one item.</summary>
    public int ItemBytes { get; }

    public static IdxStream Open(string path, DatasetOptions options)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        Stream stream = file;
        try
        {
            bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            if (gzip)
            {
                stream = new ExpansionGuard(new GZipStream(file, CompressionMode.Decompress), file.Length, options, path);
            }

            Span<byte> header = stackalloc byte[4];
            if (stream.ReadAtLeast(header, 4, false) < 4 || header[0] != 0 || header[1] != 0)
            {
                throw new ModelFormatException("IDX", "the file does not begin with two zero bytes, a type and a number of dimensions", file: path);
            }

            if (header[2] != 8 || header[3] is < 1 or > 4)
            {
                throw new ModelFormatException("IDX", $"elements of type 0x{header[2]:X2} in {header[3]} dimensions; expected bytes (0x08) in 1 to 4", file: path);
            }

            int[] dimensions = new int[header[3]];
            long itemBytes = 1;
            long total = 1;
            for (int i = 0; i < dimensions.Length; i++)
            {
                if (stream.ReadAtLeast(header, 4, false) < 4)
                {
                    throw new ModelFormatException("IDX", "the file ends within the header", file: path);
                }

                uint extent = BinaryPrimitives.ReadUInt32BigEndian(header);
                if (extent > int.MaxValue || (i > 0 && (itemBytes *= extent) is < 1 or > 1 << 24))
                {
                    throw new ModelFormatException("IDX", $"dimension {i} is {extent}, out of range", file: path);
                }

                dimensions[i] = (int)extent;
                total *= i == 0 ? extent : 1;
            }

            if (total == 0)
            {
                throw new ModelFormatException("IDX", "the header announces no items", file: path);
            }

            if (total > options.MaxSamples)
            {
                throw new ModelFormatException("IDX", $"{total} items are more than the limit of {options.MaxSamples}", file: path);
            }

            if (!gzip && file.Length - file.Position < total * itemBytes)
            {
                throw new ModelFormatException("IDX", $"{total} items of {itemBytes} bytes are announced, the file has {file.Length - file.Position} bytes for them", file: path);
            }

            return new IdxStream(stream, path, dimensions, (int)itemBytes);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next items.</summary>
    public void Read(Span<byte> items)
    {
        int n = _stream.ReadAtLeast(items, items.Length, throwOnEndOfStream: false);
        if (n < items.Length)
        {
            throw new ModelFormatException("IDX", $"the data end before the {Dimensions[0]} items that the header announces", file: _path);
        }
    }

    public void Dispose() => _stream.Dispose();
}
