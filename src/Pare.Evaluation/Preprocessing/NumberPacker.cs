using System.Buffers.Binary;

namespace Pare.Evaluation;

/// <summary>Writes real values as elements of another type, quantized where the type is an integer.</summary>
internal static class NumberPacker
{
    public static void Pack(ReadOnlySpan<float> values, DataType type, float scale, long zeroPoint, Span<byte> to)
    {
        switch (type)
        {
            case DataType.Float16:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(to[(i * 2)..], (Half)values[i]);
                }

                return;
            case DataType.BFloat16:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(to[(i * 2)..], RoundToBFloat16(values[i]));
                }

                return;
            case DataType.Float64:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteDoubleLittleEndian(to[(i * 8)..], values[i]);
                }

                return;
            default:
                PackIntegers(values, type, scale, zeroPoint, to);
                return;
        }
    }

    private static void PackIntegers(ReadOnlySpan<float> values, DataType type, float scale, long zeroPoint, Span<byte> to)
    {
        (int bytes, double low, double high) = type switch
        {
            DataType.Int8 or DataType.QInt8 => (1, sbyte.MinValue, sbyte.MaxValue),
            DataType.UInt8 or DataType.QUInt8 => (1, 0, byte.MaxValue),
            DataType.Int16 or DataType.QInt16 => (2, short.MinValue, short.MaxValue),
            DataType.UInt16 or DataType.QUInt16 => (2, 0, ushort.MaxValue),
            DataType.Int32 or DataType.QInt32 => (4, int.MinValue, (double)int.MaxValue),
            DataType.UInt32 => (4, 0, uint.MaxValue),
            DataType.Int64 => (8, -9007199254740992.0, 9007199254740992.0),
            DataType.UInt64 => (8, 0, 9007199254740992.0),
            _ => throw new UsageException($"an input of type {type} cannot be fed with pictures"),
        };
        Span<byte> eight = stackalloc byte[8];
        for (int i = 0; i < values.Length; i++)
        {
            // NaN becomes the zero point.
            double q = Math.Round(values[i] / (double)scale) + zeroPoint;
            BinaryPrimitives.WriteInt64LittleEndian(eight, double.IsNaN(q) ? zeroPoint : (long)Math.Clamp(q, low, high));
            eight[..bytes].CopyTo(to[(i * bytes)..]);
        }
    }

    private static ushort RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
