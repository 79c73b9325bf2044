using System.Buffers.Binary;

namespace Pare.Codecs;

/// <summary>
/// Codes arrays of numbers without loss and fast: elements are cut into planes of bytes, floating-point ones so that the exponent has a plane of its own
/// (little-endian bits rotated left by one: the sign joins the lowest mantissa bits), and each plane is stored, or coded by rANS where that pays.
/// Arrays of few distinct values become a palette and indices. Every bit pattern comes back: NaN payloads, infinities, denormals, negative zero.
/// Chunks of 65,536 elements are coded on all cores; the bytes do not depend on how many. Stateless and thread-safe.
/// </summary>
public static class PlaneCoder
{
    private const byte Planes = 0;
    private const byte Palette = 1;

    /// <summary>Bytes of an element.</summary>
    public static int Width(PlaneElement element) => element switch
    {
        PlaneElement.Bytes => 1,
        PlaneElement.Integer16 or PlaneElement.Float16 or PlaneElement.BFloat16 => 2,
        PlaneElement.Integer32 or PlaneElement.Float32 => 4,
        PlaneElement.Integer64 or PlaneElement.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "no such element"),
    };

    /// <summary>Codes an array.</summary>
    /// <param name="values">Little-endian elements, one after the other.</param>
    /// <param name="element">What they are.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <returns>The coded bytes, without element kind and length; at most 0.1% and 40 bytes more than the array.</returns>
    /// <exception cref="ArgumentException">The bytes are no whole number of elements.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> values, PlaneElement element, int threads = 0)
    {
        int width = CheckWidth(values.Length, element);
        if (values.IsEmpty)
        {
            return [];
        }

        if (!PaletteFinder.TryFind(values, width, out byte[] palette, out byte[] indices))
        {
            return PlaneChunks.Encode([Planes], values, element, threads);
        }

        // Mode, number of values less one, size of the coded values, the values ascending, then the indices.
        int count = palette.Length / width;
        byte[] codedValues = PlaneChunks.Encode([], palette, element, threads);
        byte[] head = new byte[7 + codedValues.Length];
        head[0] = Palette;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(1), (ushort)(count - 1));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(3), codedValues.Length);
        codedValues.CopyTo(head, 7);
        byte[] coded = PlaneChunks.Encode(head, indices, count <= 256 ? PlaneElement.Bytes : PlaneElement.Integer16, threads);
        if (count <= 256)
        {
            return coded;
        }

        byte[] planes = PlaneChunks.Encode([Planes], values, element, threads);
        return coded.Length < planes.Length ? coded : planes;
    }

    /// <summary>Decodes an array.</summary>
    /// <param name="coded">All bytes that <see cref="Encode"/> gave.</param>
    /// <param name="element">What the elements are.</param>
    /// <param name="values">Where they go; its length is the array's.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <exception cref="ArgumentException">The destination holds no whole number of elements.</exception>
    /// <exception cref="CodecException">The bytes are damaged and it shows.</exception>
    public static void Decode(ReadOnlySpan<byte> coded, PlaneElement element, Span<byte> values, int threads = 0)
    {
        int width = CheckWidth(values.Length, element);
        if (values.IsEmpty)
        {
            if (!coded.IsEmpty)
            {
                throw new CodecException("planes", $"{coded.Length} bytes for an empty array", 0);
            }

            return;
        }

        if (coded.IsEmpty || coded[0] > Palette)
        {
            throw new CodecException("planes", coded.IsEmpty ? "no mode byte" : $"unknown mode {coded[0]}", 0);
        }

        if (coded[0] == Planes)
        {
            PlaneChunks.Decode(coded[1..], element, values, threads);
            return;
        }

        if (coded.Length < 7)
        {
            throw new CodecException("planes", "the palette ends early", coded.Length);
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(coded[1..]) + 1;
        int size = BinaryPrimitives.ReadInt32LittleEndian(coded[3..]);
        if (size < 0 || size > coded.Length - 7)
        {
            throw new CodecException("planes", $"a palette of {size} bytes, {coded.Length - 7} are left", 3);
        }

        byte[] palette = new byte[count * width];
        PlaneChunks.Decode(coded.Slice(7, size), element, palette, threads);
        int indexWidth = count <= 256 ? 1 : 2;
        byte[] indices = new byte[checked(values.Length / width * indexWidth)];
        PlaneChunks.Decode(coded[(7 + size)..], indexWidth == 1 ? PlaneElement.Bytes : PlaneElement.Integer16, indices, threads);
        PaletteFinder.LookUp(palette, width, indices, indexWidth, values);
    }

    private static int CheckWidth(int bytes, PlaneElement element)
    {
        int width = Width(element);
        return bytes % width == 0 ? width : throw new ArgumentException($"{bytes} bytes are no whole number of elements of {width} bytes", nameof(bytes));
    }
}
