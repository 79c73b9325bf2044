using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Pare.Formats.FlatBuffers;

/// <summary>A vector of scalars: a view of the file, or made for writing. Immutable.</summary>
/// <param name="Kind">Of the elements.</param>
/// <param name="Bytes">The elements, little-endian; not necessarily aligned.</param>
internal sealed record FlatVector(FlatKind Kind, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Number of elements.</summary>
    public int Count => Bytes.Length / Kind.Size();

    /// <summary>Element <paramref name="index"/> of a vector of integers.</summary>
    public long this[int index]
    {
        get
        {
            ReadOnlySpan<byte> at = Bytes.Span[(index * Kind.Size())..];
            return Kind switch
            {
                FlatKind.Int8 => (sbyte)at[0],
                FlatKind.Bool or FlatKind.UInt8 => at[0],
                FlatKind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
                FlatKind.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                FlatKind.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
                FlatKind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                FlatKind.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
                FlatKind.UInt64 => unchecked((long)BinaryPrimitives.ReadUInt64LittleEndian(at)),
                _ => throw new InvalidOperationException($"a vector of {Kind} holds no integers"),
            };
        }
    }

    /// <summary>A vector of 32-bit integers.</summary>
    public static FlatVector Of(params ReadOnlySpan<int> values) => new(FlatKind.Int32, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A vector of 64-bit integers.</summary>
    public static FlatVector Of(params ReadOnlySpan<long> values) => new(FlatKind.Int64, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A vector of binary32.</summary>
    public static FlatVector Of(params ReadOnlySpan<float> values) => new(FlatKind.Float32, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A vector of integers of any kind.</summary>
    public static FlatVector Of(FlatKind kind, params ReadOnlySpan<long> values)
    {
        int size = kind.Size();
        byte[] bytes = new byte[values.Length * size];
        for (int i = 0; i < values.Length; i++)
        {
            for (int b = 0; b < size; b++)
            {
                bytes[(i * size) + b] = unchecked((byte)(values[i] >> (8 * b)));
            }
        }

        return new FlatVector(kind, bytes);
    }

    /// <summary>The elements of a vector of integers.</summary>
    public ImmutableArray<long> ToIntegers()
    {
        ImmutableArray<long>.Builder result = ImmutableArray.CreateBuilder<long>(Count);
        for (int i = 0; i < Count; i++)
        {
            result.Add(this[i]);
        }

        return result.MoveToImmutable();
    }

    /// <summary>The elements of a vector of binary32.</summary>
    public ImmutableArray<float> ToFloats()
    {
        float[] result = new float[Count];
        Bytes.Span[..(Count * 4)].CopyTo(MemoryMarshal.AsBytes(result.AsSpan()));
        return ImmutableCollectionsMarshal.AsImmutableArray(result);
    }
}
