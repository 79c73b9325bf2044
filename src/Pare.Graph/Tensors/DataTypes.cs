namespace Pare;

/// <summary>Facts about <see cref="DataType"/>s.</summary>
public static class DataTypes
{
    /// <summary>Bits an element takes in dense storage; 0 for types without a fixed width (<see cref="DataType.String"/>, handles).</summary>
    public static int BitWidth(this DataType type) => type switch
    {
        DataType.Complex128 => 128,
        DataType.Float64 or DataType.Int64 or DataType.UInt64 or DataType.Complex64 => 64,
        DataType.Float32 or DataType.Int32 or DataType.UInt32 or DataType.QInt32 => 32,
        DataType.Float16 or DataType.BFloat16 or DataType.Int16 or DataType.UInt16 or DataType.QInt16 or DataType.QUInt16 => 16,
        DataType.Int8 or DataType.UInt8 or DataType.QInt8 or DataType.QUInt8 or DataType.Boolean
            or DataType.Float8E4M3FN or DataType.Float8E4M3FNUZ or DataType.Float8E5M2 or DataType.Float8E5M2FNUZ or DataType.Float8E8M0 => 8,
        DataType.Int4 or DataType.UInt4 or DataType.Float4E2M1 => 4,
        DataType.Int2 or DataType.UInt2 => 2,
        _ => 0,
    };

    /// <summary>Whether the type is a real floating-point type of any width.</summary>
    public static bool IsFloat(this DataType type) => type is >= DataType.Float32 and <= DataType.Float4E2M1;

    /// <summary>Whether the type is a plain (not quantized) integer type of any width.</summary>
    public static bool IsInteger(this DataType type) => type is >= DataType.Int2 and <= DataType.UInt64;

    /// <summary>Whether the type is one of TensorFlow's quantized integer types.</summary>
    public static bool IsQuantized(this DataType type) => type is >= DataType.QInt8 and <= DataType.QInt32;

    /// <summary>Bytes that <paramref name="count"/> elements take in dense storage (sub-byte types packed, last byte padded).</summary>
    /// <exception cref="GraphException">The type has no fixed width, or the product does not fit 63 bits.</exception>
    public static long ByteLength(this DataType type, long count)
    {
        int bits = type.BitWidth();
        if (bits == 0)
        {
            throw new GraphException($"tensors of type {type} have no fixed element size");
        }

        try
        {
            return bits >= 8 ? checked(count * (bits / 8)) : checked((count * bits + 7) / 8);
        }
        catch (OverflowException e)
        {
            throw new GraphException($"{count} elements of type {type} exceed the size a tensor can have", innerException: e);
        }
    }
}
