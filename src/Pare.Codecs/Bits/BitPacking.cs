using System.Buffers.Binary;

namespace Pare.Codecs;

/// <summary>
/// Packs unsigned numbers of 1 to 8 or 16 bits next to each other: number i takes bits i·b to i·b + b - 1 of the whole, counted from the lowest bit of the first byte
/// (as ONNX and TFLite pack int4 and int2). Stateless and thread-safe.
/// </summary>
public static class BitPacking
{
    /// <summary>Bytes that numbers take; the last byte's unused bits are 0.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="bits">Bits of a number: 1 to 8, or 16.</param>
    public static long PackedLength(long count, int bits)
    {
        CheckBits(bits);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return checked((count * bits + 7) / 8);
    }

    /// <summary>Packs numbers.</summary>
    /// <param name="values">The numbers, each below 2^<paramref name="bits"/>.</param>
    /// <param name="bits">Bits of a number: 1 to 8, or 16.</param>
    /// <param name="packed">Where they go: <see cref="PackedLength"/> bytes.</param>
    /// <exception cref="ArgumentException">A number is too large, or the destination has another length.</exception>
    public static void Pack(ReadOnlySpan<ushort> values, int bits, Span<byte> packed)
    {
        CheckLength(values.Length, bits, packed.Length);
        uint limit = bits == 16 ? ushort.MaxValue : (1u << bits) - 1;
        ulong pending = 0;
        int have = 0;
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] > limit)
            {
                throw new ArgumentException($"number {i} is {values[i]}, more than {bits} bits hold", nameof(values));
            }

            pending |= (ulong)values[i] << have;
            have += bits;
            if (have >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(packed[at..], (uint)pending);
                at += 4;
                pending >>= 32;
                have -= 32;
            }
        }

        for (; have > 0; have -= 8)
        {
            packed[at++] = (byte)pending;
            pending >>= 8;
        }
    }

    /// <summary>Unpacks numbers.</summary>
    /// <param name="packed">What <see cref="Pack"/> gave; unused bits are ignored.</param>
    /// <param name="bits">Bits of a number: 1 to 8, or 16.</param>
    /// <param name="values">Where they go; its length is their number.</param>
    /// <exception cref="CodecException">There are fewer or more bytes than the numbers take.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, int bits, Span<ushort> values)
    {
        CheckBits(bits);
        long needed = PackedLength(values.Length, bits);
        if (needed != packed.Length)
        {
            throw new CodecException("bits", $"{values.Length} numbers of {bits} bits take {needed} bytes, found {packed.Length}", Math.Min(needed, packed.Length));
        }

        uint mask = bits == 16 ? ushort.MaxValue : (1u << bits) - 1;
        ulong pending = 0;
        int have = 0;
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (have < bits)
            {
                if (packed.Length - at >= 4)
                {
                    pending |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(packed[at..]) << have;
                    at += 4;
                    have += 32;
                }
                else
                {
                    for (; have < bits; have += 8)
                    {
                        pending |= (ulong)packed[at++] << have;
                    }
                }
            }

            values[i] = (ushort)(pending & mask);
            pending >>= bits;
            have -= bits;
        }
    }

    private static void CheckLength(int count, int bits, int packed)
    {
        long needed = PackedLength(count, bits);
        if (needed != packed)
        {
            throw new ArgumentException($"{count} numbers of {bits} bits take {needed} bytes, found room for {packed}", nameof(packed));
        }
    }

    private static void CheckBits(int bits)
    {
        if (bits is < 1 or > 16 or (> 8 and < 16))
        {
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "1 to 8 or 16 bits");
        }
    }
}
