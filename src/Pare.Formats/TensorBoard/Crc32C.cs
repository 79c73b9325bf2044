using System.Buffers.Binary;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Pare.Formats.TensorBoard;

/// <summary>
/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected), by the processor's own instruction where it has one. Thread-safe.
/// </summary>
public static class Crc32C
{
    private const uint Reflected = 0x82F63B78;
    private const uint MaskDelta = 0xA282EAD8;

    private static readonly uint[] s_table = MakeTable();

    /// <summary>Checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(~0u, bytes);

    /// <summary>Checksum of bytes that follow others of checksum <paramref name="crc"/>.</summary>
    public static uint Extend(uint crc, ReadOnlySpan<byte> bytes) => ~Append(~crc, bytes);

    /// <summary>TFRecord's masked form: rotated right by 15 bits, plus a constant, so that a checksum over data holding checksums stays meaningful.</summary>
    public static uint Mask(uint crc) => uint.RotateRight(crc, 15) + MaskDelta;

    /// <summary>The running checksum by table, for processors without the instruction.</summary>
    internal static uint AppendByTable(uint state, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            state = s_table[(byte)(state ^ b)] ^ (state >> 8);
        }

        return state;
    }

    /// <summary>The running checksum: starts with all ones, ends complemented.</summary>
    internal static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        if (Sse42.X64.IsSupported)
        {
            ulong wide = state;
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                wide = Sse42.X64.Crc32(wide, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            }

            state = (uint)wide;
        }
        else if (Crc32.Arm64.IsSupported)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                state = Crc32.Arm64.ComputeCrc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            }
        }

        return AppendByTable(state, bytes);
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Reflected : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
