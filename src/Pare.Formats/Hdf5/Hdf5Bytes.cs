using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pare.Formats.Hdf5;

/// <summary>
/// The bytes of an HDF5 file seen from its addresses, every access checked. Addresses count from the base address; numbers are little-endian; offsets and
/// lengths are as wide as the superblock says. Immutable and thread-safe.
/// </summary>
internal sealed class Hdf5Bytes(ByteSource source, long baseAddress, int offsetSize, int lengthSize)
{
    /// <summary>An address that leads nowhere: all bits set, as seen by <see cref="Offset"/>.</summary>
    public const long Undefined = -1;

    /// <summary>The file.</summary>
    public ByteSource Source => source;

    /// <summary>Where addresses count from, in the file.</summary>
    public long BaseAddress => baseAddress;

    /// <summary>Bytes of an address.</summary>
    public int OffsetSize => offsetSize;

    /// <summary>Bytes of a length.</summary>
    public int LengthSize => lengthSize;

    /// <summary>Bytes behind the base address.</summary>
    public long Length => source.Length - baseAddress;

    public int Byte(long at) => Slice(at, 1, "a byte")[0];

    public int UInt16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, 2, "a number"));

    public uint UInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, 4, "a number"));

    /// <summary>A number of 1 to 8 bytes that must fit 63 bits.</summary>
    public long Number(long at, int size, string what)
    {
        ulong value = Raw(at, size);
        return value <= long.MaxValue ? (long)value : throw Damaged(at, $"{what} is {value}, more than a file can hold");
    }

    /// <summary>An address, or <see cref="Undefined"/>.</summary>
    public long Offset(long at)
    {
        ulong value = Raw(at, offsetSize);
        ulong none = offsetSize == 8 ? ulong.MaxValue : (1UL << (8 * offsetSize)) - 1;
        if (value == none)
        {
            return Undefined;
        }

        return value < (ulong)Length ? (long)value : throw Damaged(at, $"an address is {value}, beyond the file's {Length} bytes");
    }

    /// <summary>An address that must lead somewhere.</summary>
    public long Address(long at, string what)
    {
        long address = Offset(at);
        return address != Undefined ? address : throw Damaged(at, $"the address of {what} is undefined");
    }

    /// <summary>A length; bounded by 63 bits only.</summary>
    public long LengthAt(long at, string what) => Number(at, lengthSize, what);

    /// <summary>Bytes in place.</summary>
    public ReadOnlySpan<byte> Slice(long at, long count, string what)
    {
        if (at < 0 || count < 0 || count > int.MaxValue || at > Length - count)
        {
            throw Damaged(at, $"{what} takes {count} bytes from here, but the file ends at {Length}");
        }

        return source.Slice(baseAddress + at, (int)count).Span;
    }

    /// <summary>Bytes in place that outlive the call.</summary>
    public ReadOnlyMemory<byte> Memory(long at, long count, string what)
    {
        _ = Slice(at, count, what);
        return source.Slice(baseAddress + at, (int)count);
    }

    public void Signature(long at, ReadOnlySpan<byte> signature, string what)
    {
        ReadOnlySpan<byte> found = Slice(at, signature.Length, what);
        if (!found.SequenceEqual(signature))
        {
            throw Damaged(at, $"{what} should begin with '{Encoding.ASCII.GetString(signature)}', found {Convert.ToHexString(found)}");
        }
    }

    /// <summary>Text up to a zero byte.</summary>
    public string Text(long at, string what)
    {
        const int Longest = 1 << 16;
        ReadOnlySpan<byte> bytes = Slice(at, Math.Max(0, Math.Min(Longest, Length - at)), what);
        int end = bytes.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(bytes[..end]) : throw Damaged(at, $"{what} does not end within {Longest} bytes");
    }

    /// <summary>An error at an address.</summary>
    public ModelFormatException Damaged(long at, string message) => new("HDF5", message, at + baseAddress);

    /// <summary>Fails at an address.</summary>
    [DoesNotReturn]
    public void Fail(long at, string message) => throw Damaged(at, message);

    private ulong Raw(long at, int size)
    {
        ReadOnlySpan<byte> bytes = Slice(at, size, "a number");
        ulong value = 0;
        for (int i = size - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }
}
