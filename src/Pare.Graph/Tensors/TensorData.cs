using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare;

/// <summary>
/// The content of a constant tensor: read-only, possibly lazy (mapped from a file, packed, coded, sparse). The dense form is little-endian, row-major
/// (C order), sub-byte elements packed low bits first. Passes never write into a tensor, they put another in its place. Instances are immutable and
/// safe to read from several threads at once.
/// </summary>
public abstract class TensorData
{
    /// <summary>Creates a tensor's description.</summary>
    protected TensorData(DataType type, TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Type = type;
        Shape = shape;
    }

    /// <summary>Element type.</summary>
    public DataType Type { get; }

    /// <summary>Extents.</summary>
    public TensorShape Shape { get; }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Bytes of the dense form; 0 for string tensors.</summary>
    public virtual long ByteLength => Type.BitWidth() == 0 ? 0 : Type.ByteLength(Count);

    /// <summary>Copies a part of the dense form.</summary>
    /// <param name="offset">First byte of the dense form to copy.</param>
    /// <param name="destination">Filled entirely.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part lies outside the dense form.</exception>
    public abstract void ReadBytes(long offset, Span<byte> destination);

    /// <summary>The whole dense form without copying, when it lies in memory as such.</summary>
    /// <param name="bytes">The dense bytes; not necessarily aligned to the element size.</param>
    /// <returns>False when the tensor must be decoded, or is longer than a span can be.</returns>
    public virtual bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }

    /// <summary>The whole dense form, in place when it can be had without copying, else in a new array.</summary>
    /// <exception cref="GraphException">The tensor is longer than an array can be.</exception>
    public ReadOnlySpan<byte> GetBytes()
    {
        if (TryGetBytes(out ReadOnlySpan<byte> bytes))
        {
            return bytes;
        }

        if (ByteLength > Array.MaxLength)
        {
            throw new GraphException($"a tensor of {ByteLength} bytes is too large to be held in one piece; read it in parts");
        }

        byte[] copy = GC.AllocateUninitializedArray<byte>((int)ByteLength);
        ReadBytes(0, copy);
        return copy;
    }

    /// <summary>The elements as a new array of <typeparamref name="T"/>, which must be the exact layout of an element (no conversion).</summary>
    /// <exception cref="GraphException">The width of <typeparamref name="T"/> is not that of an element, or the tensor is longer than an array can be.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        if (Type.BitWidth() != Marshal.SizeOf<T>() * 8 && !(typeof(T) == typeof(bool) && Type == DataType.Boolean))
        {
            throw new GraphException($"a tensor of type {Type} cannot be read as {typeof(T).Name}");
        }

        if (Count > Array.MaxLength)
        {
            throw new GraphException($"a tensor of {Count} elements is too large to be held in one piece; read it in parts");
        }

        T[] result = GC.AllocateUninitializedArray<T>((int)Count);
        ReadBytes(0, MemoryMarshal.AsBytes(result.AsSpan()));
        return result;
    }

    /// <summary>The elements converted to binary32 as a new array: floats of any width, integers, booleans (0 and 1).</summary>
    /// <exception cref="GraphException">The type has no numeric reading (strings, complex numbers, handles), or the tensor is longer than an array can be.</exception>
    public float[] ToFloats()
    {
        if (Count > Array.MaxLength)
        {
            throw new GraphException($"a tensor of {Count} elements is too large to be held in one piece; read it in parts");
        }

        float[] result = GC.AllocateUninitializedArray<float>((int)Count);
        ReadFloats(0, result);
        return result;
    }

    /// <summary>Converts a run of elements to binary32.</summary>
    /// <param name="start">First element, in row-major order.</param>
    /// <param name="destination">Filled entirely.</param>
    /// <exception cref="GraphException">The type has no numeric reading.</exception>
    public virtual void ReadFloats(long start, Span<float> destination)
    {
        if (Type == DataType.Float32)
        {
            ReadBytes(start * 4, MemoryMarshal.AsBytes(destination));
            return;
        }

        int bits = Type.BitWidth();
        if (bits == 0)
        {
            throw new GraphException($"a tensor of type {Type} has no numeric values");
        }

        const int Chunk = 4096;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk * 16 + 16);
        try
        {
            int done = 0;
            while (done < destination.Length)
            {
                int n = Math.Min(Chunk, destination.Length - done);
                long firstBit = (start + done) * bits;
                long firstByte = firstBit / 8;
                int skip = (int)(firstBit % 8) / bits;
                int bytes = (int)(((start + done + n) * bits + 7) / 8 - firstByte);
                ReadBytes(firstByte, buffer.AsSpan(0, bytes));
                ElementConverter.ToFloats(Type, buffer.AsSpan(0, bytes), skip, destination.Slice(done, n));
                done += n;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The elements of an integer or boolean tensor as a new array.</summary>
    /// <exception cref="GraphException">The type is not an integer type, or the tensor has more than 2^24 elements (meant for shapes, axes and indices).</exception>
    public long[] ToInt64s()
    {
        if (Count > 1 << 24)
        {
            throw new GraphException($"a tensor of {Count} elements is no list of shapes, axes or indices");
        }

        long[] result = new long[Count];
        ElementConverter.ToInt64s(Type, GetBytes(), result);
        return result;
    }

    /// <summary>The elements of a string tensor.</summary>
    /// <exception cref="GraphException">The tensor holds no strings.</exception>
    public virtual IReadOnlyList<ReadOnlyMemory<byte>> GetStrings() => throw new GraphException($"a tensor of type {Type} holds no strings");

    /// <summary>
    /// Says that the content will not be read again soon: a tensor that lies in a mapped file gives its memory back to the file. It stays readable; a span taken
    /// before stays valid. Worth a call after a sweep over large tensors.
    /// </summary>
    public virtual void Unload()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}{Shape}";
}
