using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pare.Codecs;

/// <summary>Cuts little-endian elements into planes of bytes, lowest first, and joins them. Floating-point elements are first rotated left by one bit.</summary>
internal static class PlaneSplitter
{
    private const int Step = 32;

    public static void Split(ReadOnlySpan<byte> values, PlaneElement element, Span<byte> planes)
    {
        int rotate = element >= PlaneElement.Float16 ? 1 : 0;
        int width = PlaneCoder.Width(element);
        int count = values.Length / width;
        int done = 0;
        if (width == 1)
        {
            values.CopyTo(planes);
            return;
        }

        if (BitConverter.IsLittleEndian && Vector256.IsHardwareAccelerated)
        {
            done = width == 4 ? Split32(values, rotate, count, planes) : width == 2 ? Split16(values, rotate, count, planes) : 0;
        }

        for (int i = done; i < count; i++)
        {
            ulong bits = Read(values.Slice(i * width, width), width);
            if (rotate != 0)
            {
                bits = bits << 1 | bits >> (8 * width - 1);
            }

            for (int p = 0; p < width; p++)
            {
                planes[p * count + i] = (byte)(bits >> (8 * p));
            }
        }
    }

    public static void Join(ReadOnlySpan<byte> planes, PlaneElement element, Span<byte> values)
    {
        int rotate = element >= PlaneElement.Float16 ? 1 : 0;
        int width = PlaneCoder.Width(element);
        int count = values.Length / width;
        int done = 0;
        if (width == 1)
        {
            planes.CopyTo(values);
            return;
        }

        if (BitConverter.IsLittleEndian && Vector256.IsHardwareAccelerated)
        {
            done = width == 4 ? Join32(planes, rotate, count, values) : width == 2 ? Join16(planes, rotate, count, values) : 0;
        }

        for (int i = done; i < count; i++)
        {
            ulong bits = 0;
            for (int p = width - 1; p >= 0; p--)
            {
                bits = bits << 8 | planes[p * count + i];
            }

            ulong first = rotate != 0 ? bits >> 1 | bits << (8 * width - 1) : bits;
            for (int p = 0; p < width; p++)
            {
                values[i * width + p] = (byte)(first >> (8 * p));
            }
        }
    }

    private static ulong Read(ReadOnlySpan<byte> bytes, int width)
    {
        ulong bits = 0;
        for (int p = width - 1; p >= 0; p--)
        {
            bits = bits << 8 | bytes[p];
        }

        return bits;
    }

    private static int Split32(ReadOnlySpan<byte> values, int rotate, int count, Span<byte> planes)
    {
        ref uint source = ref Unsafe.As<byte, uint>(ref MemoryMarshal.GetReference(values));
        ref byte target = ref MemoryMarshal.GetReference(planes);
        int i = 0;
        for (; i <= count - Step; i += Step)
        {
            Vector256<uint> a = Rotate(Vector256.LoadUnsafe(ref source, (nuint)i), rotate);
            Vector256<uint> b = Rotate(Vector256.LoadUnsafe(ref source, (nuint)i + 8), rotate);
            Vector256<uint> c = Rotate(Vector256.LoadUnsafe(ref source, (nuint)i + 16), rotate);
            Vector256<uint> d = Rotate(Vector256.LoadUnsafe(ref source, (nuint)i + 24), rotate);
            Vector256<ushort> lowAb = Vector256.Narrow(a, b);
            Vector256<ushort> lowCd = Vector256.Narrow(c, d);
            Vector256<ushort> highAb = Vector256.Narrow(a >> 16, b >> 16);
            Vector256<ushort> highCd = Vector256.Narrow(c >> 16, d >> 16);
            Vector256.Narrow(lowAb, lowCd).StoreUnsafe(ref target, (nuint)i);
            Vector256.Narrow(lowAb >> 8, lowCd >> 8).StoreUnsafe(ref target, (nuint)(count + i));
            Vector256.Narrow(highAb, highCd).StoreUnsafe(ref target, (nuint)(2 * count + i));
            Vector256.Narrow(highAb >> 8, highCd >> 8).StoreUnsafe(ref target, (nuint)(3 * count + i));
        }

        return i;
    }

    private static int Join32(ReadOnlySpan<byte> planes, int rotate, int count, Span<byte> values)
    {
        ref byte source = ref MemoryMarshal.GetReference(planes);
        ref uint target = ref Unsafe.As<byte, uint>(ref MemoryMarshal.GetReference(values));
        int i = 0;
        for (; i <= count - Step; i += Step)
        {
            (Vector256<ushort> low0, Vector256<ushort> low1) = Pair(ref source, (nuint)i, (nuint)(count + i));
            (Vector256<ushort> high0, Vector256<ushort> high1) = Pair(ref source, (nuint)(2 * count + i), (nuint)(3 * count + i));
            Store(low0, high0, rotate, ref target, (nuint)i);
            Store(low1, high1, rotate, ref target, (nuint)i + 16);
        }

        return i;
    }

    private static void Store(Vector256<ushort> low, Vector256<ushort> high, int rotate, ref uint target, nuint at)
    {
        Back(Vector256.WidenLower(low) | Vector256.WidenLower(high) << 16, rotate).StoreUnsafe(ref target, at);
        Back(Vector256.WidenUpper(low) | Vector256.WidenUpper(high) << 16, rotate).StoreUnsafe(ref target, at + 8);
    }

    // Bytes of two planes side by side.
    private static (Vector256<ushort> First, Vector256<ushort> Second) Pair(ref byte source, nuint low, nuint high)
    {
        Vector256<byte> l = Vector256.LoadUnsafe(ref source, low);
        Vector256<byte> h = Vector256.LoadUnsafe(ref source, high);
        return (Vector256.WidenLower(l) | Vector256.WidenLower(h) << 8, Vector256.WidenUpper(l) | Vector256.WidenUpper(h) << 8);
    }

    private static int Split16(ReadOnlySpan<byte> values, int rotate, int count, Span<byte> planes)
    {
        ref ushort source = ref Unsafe.As<byte, ushort>(ref MemoryMarshal.GetReference(values));
        ref byte target = ref MemoryMarshal.GetReference(planes);
        int i = 0;
        for (; i <= count - Step; i += Step)
        {
            Vector256<ushort> a = Rotate(Vector256.LoadUnsafe(ref source, (nuint)i), rotate);
            Vector256<ushort> b = Rotate(Vector256.LoadUnsafe(ref source, (nuint)i + 16), rotate);
            Vector256.Narrow(a, b).StoreUnsafe(ref target, (nuint)i);
            Vector256.Narrow(a >> 8, b >> 8).StoreUnsafe(ref target, (nuint)(count + i));
        }

        return i;
    }

    private static int Join16(ReadOnlySpan<byte> planes, int rotate, int count, Span<byte> values)
    {
        ref byte source = ref MemoryMarshal.GetReference(planes);
        ref ushort target = ref Unsafe.As<byte, ushort>(ref MemoryMarshal.GetReference(values));
        int i = 0;
        for (; i <= count - Step; i += Step)
        {
            (Vector256<ushort> first, Vector256<ushort> second) = Pair(ref source, (nuint)i, (nuint)(count + i));
            Back(first, rotate).StoreUnsafe(ref target, (nuint)i);
            Back(second, rotate).StoreUnsafe(ref target, (nuint)i + 16);
        }

        return i;
    }

    private static Vector256<T> Rotate<T>(Vector256<T> v, int rotate)
        where T : unmanaged, IBinaryInteger<T> => rotate == 0 ? v : v << 1 | v >>> (8 * Unsafe.SizeOf<T>() - 1);

    private static Vector256<T> Back<T>(Vector256<T> v, int rotate)
        where T : unmanaged, IBinaryInteger<T> => rotate == 0 ? v : v >>> 1 | v << (8 * Unsafe.SizeOf<T>() - 1);
}
