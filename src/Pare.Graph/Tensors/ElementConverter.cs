using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pare;

/// <summary>Conversions between stored elements and numbers.</summary>
internal static class ElementConverter
{
    /// <summary>Converts packed or dense elements to binary32, skipping the first <paramref name="skip"/> elements of <paramref name="source"/>.</summary>
    public static void ToFloats(DataType type, ReadOnlySpan<byte> source, int skip, Span<float> destination)
    {
        switch (type)
        {
            case DataType.Float32:
                MemoryMarshal.Cast<byte, float>(source).Slice(skip, destination.Length).CopyTo(destination);
                break;
            case DataType.Float16:
                ReadOnlySpan<Half> h = MemoryMarshal.Cast<byte, Half>(source).Slice(skip, destination.Length);
                for (int i = 0; i < h.Length; i++)
                {
                    destination[i] = (float)h[i];
                }

                break;
            case DataType.BFloat16:
                ReadOnlySpan<ushort> b = MemoryMarshal.Cast<byte, ushort>(source).Slice(skip, destination.Length);
                for (int i = 0; i < b.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)b[i] << 16);
                }

                break;
            case DataType.Float64:
                ReadOnlySpan<double> d = MemoryMarshal.Cast<byte, double>(source).Slice(skip, destination.Length);
                for (int i = 0; i < d.Length; i++)
                {
                    destination[i] = (float)d[i];
                }

                break;
            case DataType.Float8E4M3FN or DataType.Float8E4M3FNUZ or DataType.Float8E5M2 or DataType.Float8E5M2FNUZ or DataType.Float8E8M0:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = Float8(type, source[skip + i]);
                }

                break;
            case DataType.Float4E2M1:
                ReadOnlySpan<float> e2m1 = [0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f];
                for (int i = 0; i < destination.Length; i++)
                {
                    int code = (source[(skip + i) / 2] >> ((skip + i) % 2 * 4)) & 15;
                    destination[i] = code < 8 ? e2m1[code] : -e2m1[code - 8];
                }

                break;
            default:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = type is DataType.UInt64 ? BinaryPrimitives.ReadUInt64LittleEndian(source[((skip + i) * 8)..]) : Integer(type, source, skip + i);
                }

                break;
        }
    }

    /// <summary>Reads all elements of an integer tensor.</summary>
    public static void ToInt64s(DataType type, ReadOnlySpan<byte> source, Span<long> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = Integer(type, source, i);
        }
    }

    private static long Integer(DataType type, ReadOnlySpan<byte> s, int i) => type switch
    {
        DataType.Int8 or DataType.QInt8 => (sbyte)s[i],
        DataType.UInt8 or DataType.QUInt8 or DataType.Boolean => s[i],
        DataType.Int16 or DataType.QInt16 => BinaryPrimitives.ReadInt16LittleEndian(s[(i * 2)..]),
        DataType.UInt16 or DataType.QUInt16 => BinaryPrimitives.ReadUInt16LittleEndian(s[(i * 2)..]),
        DataType.Int32 or DataType.QInt32 => BinaryPrimitives.ReadInt32LittleEndian(s[(i * 4)..]),
        DataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(s[(i * 4)..]),
        DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(s[(i * 8)..]),
        DataType.UInt64 => unchecked((long)BinaryPrimitives.ReadUInt64LittleEndian(s[(i * 8)..])),
        DataType.Int4 => (sbyte)(s[i / 2] >> (i % 2 * 4) << 4) >> 4,
        DataType.UInt4 => (s[i / 2] >> (i % 2 * 4)) & 15,
        DataType.Int2 => (sbyte)(s[i / 4] >> (i % 4 * 2) << 6) >> 6,
        DataType.UInt2 => (s[i / 4] >> (i % 4 * 2)) & 3,
        _ => throw new GraphException($"a tensor of type {type} holds no integers"),
    };

    private static float Float8(DataType type, byte code)
    {
        int sign = code >> 7;
        switch (type)
        {
            case DataType.Float8E8M0:
                return code == 255 ? float.NaN : MathF.ScaleB(1f, code - 127);
            case DataType.Float8E4M3FN:
                if ((code & 127) == 127)
                {
                    return float.NaN;
                }

                break;
            case DataType.Float8E4M3FNUZ or DataType.Float8E5M2FNUZ:
                if (code == 128)
                {
                    return float.NaN;
                }

                break;
            default:
                if ((code & 0x7C) == 0x7C)
                {
                    return (code & 3) != 0 ? float.NaN : sign == 1 ? float.NegativeInfinity : float.PositiveInfinity;
                }

                break;
        }

        (int mantissaBits, int bias) = type switch
        {
            DataType.Float8E4M3FN => (3, 7),
            DataType.Float8E4M3FNUZ => (3, 8),
            DataType.Float8E5M2 => (2, 15),
            _ => (2, 16),
        };
        int exponent = (code & 127) >> mantissaBits;
        int mantissa = code & ((1 << mantissaBits) - 1);
        float magnitude = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : MathF.ScaleB((1 << mantissaBits) + mantissa, exponent - bias - mantissaBits);
        return sign == 1 ? -magnitude : magnitude;
    }
}
