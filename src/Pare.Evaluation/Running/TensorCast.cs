using System.Buffers.Binary;

namespace Pare.Evaluation;

/// <summary>Brings tensors to another element type where no value is lost.</summary>
internal static class TensorCast
{
    /// <summary>
    /// The same values as elements of another type. Integers and booleans must fit exactly, floats must be whole numbers to become integers; binary64 is rounded to a
    /// narrower float, but must not overflow it.
    /// </summary>
    /// <exception cref="UsageException">A value does not fit.</exception>
    public static TensorData To(TensorData tensor, DataType type, string name)
    {
        if (tensor.Type == type || tensor.Type.BitWidth() == type.BitWidth() && (Plain(tensor.Type) == Plain(type)))
        {
            return tensor.Type == type ? tensor : new DenseTensorData(type, tensor.Shape, tensor.GetBytes().ToArray());
        }

        if (type == DataType.String || tensor.Type == DataType.String || tensor.Type.BitWidth() < 8 || type.BitWidth() < 8)
        {
            throw new UsageException($"the data for '{name}' are {tensor.Type}, the input takes {type}");
        }

        ReadOnlySpan<byte> source = tensor.GetBytes();
        byte[] target = new byte[type.ByteLength(tensor.Count)];
        int from = tensor.Type.BitWidth() / 8;
        int to = type.BitWidth() / 8;
        for (int i = 0; i < tensor.Count; i++)
        {
            (double real, long integer) = Get(tensor.Type, source[(i * from)..]);
            if (!TrySet(type, real, integer, !tensor.Type.IsFloat(), target.AsSpan(i * to)))
            {
                throw new UsageException($"the value {(tensor.Type.IsFloat() ? real : integer)} of the data for '{name}' ({tensor.Type}) does not fit the input's type {type}");
            }
        }

        return new DenseTensorData(type, tensor.Shape, target);
    }

    private static DataType Plain(DataType type) => type switch
    {
        DataType.QInt8 => DataType.Int8,
        DataType.QUInt8 => DataType.UInt8,
        DataType.QInt16 => DataType.Int16,
        DataType.QUInt16 => DataType.UInt16,
        DataType.QInt32 => DataType.Int32,
        _ => type,
    };

    private static (double Real, long Integer) Get(DataType type, ReadOnlySpan<byte> s)
    {
        long integer = Plain(type) switch
        {
            DataType.Int8 => (sbyte)s[0],
            DataType.UInt8 or DataType.Boolean => s[0],
            DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(s),
            DataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(s),
            DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(s),
            DataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(s),
            DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(s),
            DataType.UInt64 => checked((long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(s), long.MaxValue)),
            _ => 0,
        };
        double real = type switch
        {
            DataType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(s),
            DataType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(s),
            DataType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(s),
            DataType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(s) << 16),
            _ => integer,
        };
        return (real, integer);
    }

    private static bool TrySet(DataType type, double real, long integer, bool isInteger, Span<byte> t)
    {
        switch (Plain(type))
        {
            case DataType.Float64:
                BinaryPrimitives.WriteDoubleLittleEndian(t, real);
                return !isInteger || (long)real == integer;
            case DataType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(t, (float)real);
                return (isInteger ? (long)(float)real == integer : float.IsFinite((float)real) || !double.IsFinite(real));
            case DataType.Float16:
                BinaryPrimitives.WriteHalfLittleEndian(t, (Half)real);
                return isInteger ? (double)(Half)real == integer : Half.IsFinite((Half)real) || !double.IsFinite(real);
        }

        if (!isInteger)
        {
            if (real != Math.Floor(real) || Math.Abs(real) > 9007199254740992)
            {
                return false;
            }

            integer = (long)real;
        }

        (long low, long high) = Plain(type) switch
        {
            DataType.Boolean => (0, 1),
            DataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            DataType.UInt8 => (0, byte.MaxValue),
            DataType.Int16 => (short.MinValue, short.MaxValue),
            DataType.UInt16 => (0, ushort.MaxValue),
            DataType.Int32 => (int.MinValue, int.MaxValue),
            DataType.UInt32 => (0, uint.MaxValue),
            DataType.Int64 => (long.MinValue, long.MaxValue),
            DataType.UInt64 => (0, long.MaxValue),
            _ => (1L, 0L),
        };
        if (integer < low || integer > high)
        {
            return false;
        }

        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, integer);
        eight[..(type.BitWidth() / 8)].CopyTo(t);
        return true;
    }
}
