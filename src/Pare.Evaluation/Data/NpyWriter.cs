using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pare.Evaluation;

/// <summary>
/// Writes NumPy's <c>.npy</c> arrays (format version 1.0, little-endian, C order). What NumPy has no element type for is widened without loss: bfloat16 and
/// smaller floats become float32, integers below a byte int8 or uint8, TensorFlow's quantized types the plain integers of their width. Strings become
/// <c>S</c> of the longest (NumPy cuts trailing zero bytes on reading). Stateless and thread-safe.
/// </summary>
public static class NpyWriter
{
    private const int Chunk = 1 << 14;

    /// <summary>Writes an array.</summary>
    /// <param name="stream">Written to from its position on; stays open.</param>
    /// <param name="tensor">The content; read in parts.</param>
    /// <exception cref="UsageException">NumPy has no form for the tensor's element type (handles).</exception>
    public static void Write(Stream stream, TensorData tensor)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Type == DataType.String)
        {
            WriteStrings(stream, tensor);
            return;
        }

        NpyHeader.Write(stream, Descr(tensor.Type), tensor.Shape);
        int bits = tensor.Type.BitWidth();
        if (tensor.Type is DataType.BFloat16 || (tensor.Type.IsFloat() && bits <= 8))
        {
            WriteFloats(stream, tensor);
        }
        else if (bits < 8)
        {
            stream.Write(MemoryMarshal.AsBytes<sbyte>(Narrow(tensor)));
        }
        else
        {
            WriteBytes(stream, tensor);
        }
    }

    private static string Descr(DataType type) => type switch
    {
        DataType.Boolean => "|b1",
        DataType.Int8 or DataType.QInt8 or DataType.Int4 or DataType.Int2 => "|i1",
        DataType.UInt8 or DataType.QUInt8 or DataType.UInt4 or DataType.UInt2 => "|u1",
        DataType.Int16 or DataType.QInt16 => "<i2",
        DataType.UInt16 or DataType.QUInt16 => "<u2",
        DataType.Int32 or DataType.QInt32 => "<i4",
        DataType.UInt32 => "<u4",
        DataType.Int64 => "<i8",
        DataType.UInt64 => "<u8",
        DataType.Float16 => "<f2",
        DataType.Float64 => "<f8",
        DataType.Complex64 => "<c8",
        DataType.Complex128 => "<c16",
        _ when type.IsFloat() => "<f4",
        _ => throw new UsageException($"a tensor of type {type} cannot be written as a NumPy array"),
    };

    private static void WriteBytes(Stream stream, TensorData tensor)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk * 4);
        try
        {
            for (long at = 0; at < tensor.ByteLength;)
            {
                int n = (int)Math.Min(buffer.Length, tensor.ByteLength - at);
                tensor.ReadBytes(at, buffer.AsSpan(0, n));
                stream.Write(buffer, 0, n);
                at += n;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void WriteFloats(Stream stream, TensorData tensor)
    {
        float[] buffer = new float[(int)Math.Min(Chunk, tensor.Count)];
        for (long at = 0; at < tensor.Count;)
        {
            Span<float> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, tensor.Count - at));
            tensor.ReadFloats(at, part);
            stream.Write(MemoryMarshal.AsBytes(part));
            at += part.Length;
        }
    }

    // Sub-byte integers fit exactly into binary32, which every tensor can be read as.
    private static sbyte[] Narrow(TensorData tensor) => Array.ConvertAll(tensor.ToFloats(), f => (sbyte)f);

    private static void WriteStrings(Stream stream, TensorData tensor)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> strings = tensor.GetStrings();
        int longest = strings.Select(s => s.Length).DefaultIfEmpty(0).Max();
        longest = Math.Max(longest, 1);
        NpyHeader.Write(stream, "|S" + longest.ToString(CultureInfo.InvariantCulture), tensor.Shape);
        byte[] item = new byte[longest];
        foreach (ReadOnlyMemory<byte> s in strings)
        {
            item.AsSpan().Clear();
            s.Span.CopyTo(item);
            stream.Write(item);
        }
    }
}
