using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pare.Formats;

/// <summary>Writes binary32 values as bytes of a float type, rounded to nearest, ties to even.</summary>
internal static class FloatBytes
{
    /// <param name="type">binary32, binary16 or bfloat16.</param>
    /// <param name="values">The values.</param>
    /// <param name="bytes">Filled entirely.</param>
    public static void Write(DataType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case DataType.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case DataType.Float16:
                for (int k = 0; k < values.Length; k++)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * k)..], (Half)values[k]);
                }

                break;
            default:
                for (int k = 0; k < values.Length; k++)
                {
                    uint bits = BitConverter.SingleToUInt32Bits(values[k]);
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * k)..], (ushort)(bits + 0x7fff + (bits >> 16 & 1) >> 16));
                }

                break;
        }
    }
}
