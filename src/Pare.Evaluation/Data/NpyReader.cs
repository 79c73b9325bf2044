using System.Buffers.Binary;
using System.Text;

namespace Pare.Evaluation;

/// <summary>
/// Reads NumPy's <c>.npy</c> arrays: format versions 1.0 to 3.0, either byte order, C and Fortran order; booleans, integers, floats of 2, 4 and 8 bytes,
/// complex numbers, byte strings (<c>S</c>, trailing zero bytes cut off as NumPy does) and Unicode strings (<c>U</c>, given out as UTF-8). Two opaque bytes
/// (<c>V2</c>) are read as bfloat16, since that is how bfloat16 arrays are saved. Records and Python objects are refused. Stateless and thread-safe.
/// </summary>
public static class NpyReader
{
    /// <summary>The largest data part that is read by default: what an array can hold.</summary>
    public const long DefaultMaxBytes = 0x7FFFFFC7;

    private const int Chunk = 1 << 16;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">The file is damaged or of an unsupported element type.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static TensorData ReadFile(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(file);
    }

    /// <summary>Reads one array, which must end where the stream ends.</summary>
    /// <param name="stream">Positioned at the array's first byte; read to the end.</param>
    /// <param name="entry">What errors call the array, such as a tensor's name; null where there is nothing to say.</param>
    /// <param name="maxBytes">The largest data part to read, in bytes.</param>
    /// <returns>The array in C order.</returns>
    /// <exception cref="ModelFormatException">The array is damaged, larger than allowed, or of an unsupported element type.</exception>
    public static TensorData Read(Stream stream, string? entry = null, long maxBytes = DefaultMaxBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        NpyHeader header;
        byte[] data;
        try
        {
            header = NpyHeader.Read(stream, entry);
            data = ReadData(stream, header, entry, maxBytes);
        }
        catch (InvalidDataException e)
        {
            throw NpyHeader.Error($"the compressed bytes are damaged: {e.Message}", entry, e);
        }

        if (header.FortranOrder && header.Shape.Rank > 1)
        {
            data = ToRowMajor(data, header.ItemSize, header.Shape.Dimensions);
        }

        if (header.Kind == 'S' || header.Kind == 'U')
        {
            return Strings(data, header, entry);
        }

        if (header.BigEndian)
        {
            Swap(data, header.Kind == 'c' ? header.ItemSize / 2 : header.ItemSize);
        }

        if (header.Kind == 'b')
        {
            // Any byte but 0 is true to NumPy; everything behind expects 0 and 1.
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = data[i] == 0 ? (byte)0 : (byte)1;
            }
        }

        return new DenseTensorData(TypeOf(header), header.Shape, data);
    }

    private static DataType TypeOf(NpyHeader header) => (header.Kind, header.ItemSize) switch
    {
        ('b', _) => DataType.Boolean,
        ('i', 1) => DataType.Int8,
        ('i', 2) => DataType.Int16,
        ('i', 4) => DataType.Int32,
        ('i', _) => DataType.Int64,
        ('u', 1) => DataType.UInt8,
        ('u', 2) => DataType.UInt16,
        ('u', 4) => DataType.UInt32,
        ('u', _) => DataType.UInt64,
        ('f', 2) => DataType.Float16,
        ('f', 4) => DataType.Float32,
        ('f', _) => DataType.Float64,
        ('c', 8) => DataType.Complex64,
        ('c', _) => DataType.Complex128,
        _ => DataType.BFloat16,
    };

    // Grows with what really comes, so that a header cannot make us allocate what the file does not hold.
    private static byte[] ReadData(Stream stream, NpyHeader header, string? entry, long maxBytes)
    {
        long limit = Math.Min(maxBytes, Array.MaxLength);
        if (header.ItemSize > 0 && header.Shape.Count > limit / header.ItemSize)
        {
            throw NpyHeader.Error($"shape {header.Shape} with {header.ItemSize} bytes an element exceeds the limit of {limit} bytes", entry);
        }

        if (header.ItemSize == 0 && header.Shape.Count > 1 << 24)
        {
            throw NpyHeader.Error($"shape {header.Shape} holds more empty strings than are read ({1 << 24})", entry);
        }

        int length = (int)(header.Shape.Count * header.ItemSize);
        long available = stream.CanSeek ? stream.Length - stream.Position : Chunk;
        byte[] data = new byte[Math.Min(length, Math.Max(available, 0))];
        int done = 0;
        while (done < length)
        {
            if (done == data.Length)
            {
                Array.Resize(ref data, (int)Math.Min(length, Math.Max(Chunk, data.Length * 2L)));
            }

            int read = stream.Read(data, done, data.Length - done);
            if (read == 0)
            {
                throw NpyHeader.Error($"the data ends after {done} bytes; shape {header.Shape} with {header.ItemSize} bytes an element takes {length}", entry);
            }

            done += read;
        }

        return stream.ReadByte() < 0 ? data : throw NpyHeader.Error($"bytes follow the {length} that shape {header.Shape} takes", entry);
    }

    private static void Swap(Span<byte> data, int size)
    {
        for (int i = 0; size > 1 && i < data.Length; i += size)
        {
            data.Slice(i, size).Reverse();
        }
    }

    private static byte[] ToRowMajor(byte[] source, int size, ReadOnlySpan<long> shape)
    {
        byte[] result = new byte[source.Length];
        if (size == 0 || source.Length == 0)
        {
            return result;
        }

        long[] stride = new long[shape.Length];
        long step = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            stride[i] = step;
            step *= shape[i];
        }

        long[] index = new long[shape.Length];
        long from = 0;
        for (int to = 0; to < result.Length; to += size)
        {
            source.AsSpan((int)(from * size), size).CopyTo(result.AsSpan(to));
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                from += stride[axis];
                if (++index[axis] < shape[axis])
                {
                    break;
                }

                from -= stride[axis] * shape[axis];
                index[axis] = 0;
            }
        }

        return result;
    }

    private static StringTensorData Strings(byte[] data, NpyHeader header, string? entry)
    {
        int size = header.ItemSize;
        ReadOnlyMemory<byte>[] strings = new ReadOnlyMemory<byte>[header.Shape.Count];
        for (int i = 0; i < strings.Length; i++)
        {
            ReadOnlyMemory<byte> item = data.AsMemory(i * size, size);
            strings[i] = header.Kind == 'S' ? item[..(item.Span.LastIndexOfAnyExcept((byte)0) + 1)] : Utf8(item.Span, header.BigEndian, entry);
        }

        return new StringTensorData(header.Shape, strings);
    }

    private static byte[] Utf8(ReadOnlySpan<byte> utf32, bool bigEndian, string? entry)
    {
        StringBuilder text = new();
        int zeros = 0;
        for (int i = 0; i < utf32.Length; i += 4)
        {
            uint code = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(utf32[i..]) : BinaryPrimitives.ReadUInt32LittleEndian(utf32[i..]);
            if (code == 0)
            {
                zeros++;
                continue;
            }

            if (!Rune.TryCreate(code, out Rune rune))
            {
                throw NpyHeader.Error($"a string holds 0x{code:X}, which is no Unicode character", entry);
            }

            text.Append('\0', zeros).Append(rune.ToString());
            zeros = 0;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
