using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pare.Evaluation;

/// <summary>
/// Resizes pictures to bytes exactly as Pillow (<c>Image.resize</c> of 8-bit RGB) does: two passes, rows first, in fixed point, with bytes between. Thread-safe.
/// </summary>
public static class ImageResizer
{
    /// <summary>Resizes a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Columns wanted, at least 1.</param>
    /// <param name="height">Rows wanted, at least 1.</param>
    /// <param name="method">Any method; <see cref="ResizeMethod.BilinearTf1"/> is rounded to the nearest byte here (see <see cref="Tf1BilinearResizer"/> for its exact values).</param>
    /// <returns>A picture of that size; the same one where the size is right already.</returns>
    public static RgbImage Resize(RgbImage image, int width, int height, ResizeMethod method)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (image.Width == width && image.Height == height)
        {
            return image;
        }

        switch (method)
        {
            case ResizeMethod.BilinearTf1:
                return RoundedTf1(image, width, height);
            case ResizeMethod.Nearest:
                return Nearest(image, width, height);
            default:
                ResampleFilter filter = ResampleFilter.Of(method);
                if (image.Width != width)
                {
                    image = Horizontal(image, width, new ResampleTable(image.Width, width, filter));
                }

                return image.Height == height ? image : Vertical(image, height, new ResampleTable(image.Height, height, filter));
        }
    }

    private static RgbImage Horizontal(RgbImage image, int width, ResampleTable table)
    {
        RgbImage result = new(width, image.Height);
        ref byte source = ref MemoryMarshal.GetReference(image.Padded);
        Span<byte> target = result.Writable;
        int o = 0;
        for (int y = 0; y < image.Height; y++)
        {
            int row = y * image.Width;
            for (int x = 0; x < width; x++)
            {
                Vector128<int> sum = Vector128.Create(1 << (ResampleTable.PrecisionBits - 1));
                nint at = (row + table.First(x)) * 3;
                foreach (int w in table.Weights(x))
                {
                    sum += LoadPixel(ref source, at) * w;
                    at += 3;
                }

                sum = Clip(sum);
                target[o] = (byte)sum[0];
                target[o + 1] = (byte)sum[1];
                target[o + 2] = (byte)sum[2];
                o += 3;
            }
        }

        return result;
    }

    private static RgbImage Vertical(RgbImage image, int height, ResampleTable table)
    {
        RgbImage result = new(image.Width, height);
        int stride = image.Width * 3;
        ReadOnlySpan<byte> source = image.Pixels;
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++)
        {
            Array.Fill(sums, 1 << (ResampleTable.PrecisionBits - 1));
            int row = table.First(y);
            foreach (int w in table.Weights(y))
            {
                AddWeighted(source.Slice(row * stride, stride), w, sums);
                row++;
            }

            Pack(sums, result.Writable.Slice(y * stride, stride));
        }

        return result;
    }

    private static void AddWeighted(ReadOnlySpan<byte> row, int weight, Span<int> sums)
    {
        ref byte source = ref MemoryMarshal.GetReference(row);
        ref int sum = ref MemoryMarshal.GetReference(sums);
        nuint i = 0;
        for (; i + 16 <= (nuint)row.Length; i += 16)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref source, i);
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
            (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(low);
            (Vector128<uint> c, Vector128<uint> d) = Vector128.Widen(high);
            (Vector128.LoadUnsafe(ref sum, i) + (a.AsInt32() * weight)).StoreUnsafe(ref sum, i);
            (Vector128.LoadUnsafe(ref sum, i + 4) + (b.AsInt32() * weight)).StoreUnsafe(ref sum, i + 4);
            (Vector128.LoadUnsafe(ref sum, i + 8) + (c.AsInt32() * weight)).StoreUnsafe(ref sum, i + 8);
            (Vector128.LoadUnsafe(ref sum, i + 12) + (d.AsInt32() * weight)).StoreUnsafe(ref sum, i + 12);
        }

        for (; i < (nuint)row.Length; i++)
        {
            Unsafe.Add(ref sum, i) += Unsafe.Add(ref source, i) * weight;
        }
    }

    private static void Pack(ReadOnlySpan<int> sums, Span<byte> row)
    {
        int i = 0;
        for (; i + 16 <= row.Length; i += 16)
        {
            Vector128<ushort> low = Vector128.Narrow(Clip(Vector128.Create(sums[i..])).AsUInt32(), Clip(Vector128.Create(sums[(i + 4)..])).AsUInt32());
            Vector128<ushort> high = Vector128.Narrow(Clip(Vector128.Create(sums[(i + 8)..])).AsUInt32(), Clip(Vector128.Create(sums[(i + 12)..])).AsUInt32());
            Vector128.Narrow(low, high).CopyTo(row[i..]);
        }

        for (; i < row.Length; i++)
        {
            row[i] = (byte)Math.Clamp(sums[i] >> ResampleTable.PrecisionBits, 0, 255);
        }
    }

    private static Vector128<int> Clip(Vector128<int> sum) =>
        Vector128.Min(Vector128.Max(sum >> ResampleTable.PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));

    /// <summary>Loads four bytes, a pixel and the first byte of the next one, which the picture's slack makes safe.</summary>
    private static Vector128<int> LoadPixel(ref byte source, nint at)
    {
        Vector128<byte> four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, at))).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(four)).AsInt32();
    }

    private static RgbImage Nearest(RgbImage image, int width, int height)
    {
        RgbImage result = new(width, height);
        double sx = (double)image.Width / width;
        double sy = (double)image.Height / height;
        for (int y = 0; y < height; y++)
        {
            int row = Math.Min((int)((y + 0.5) * sy), image.Height - 1) * image.Width;
            for (int x = 0; x < width; x++)
            {
                int column = Math.Min((int)((x + 0.5) * sx), image.Width - 1);
                image.Pixels.Slice((row + column) * 3, 3).CopyTo(result.Writable[(((y * width) + x) * 3)..]);
            }
        }

        return result;
    }

    private static RgbImage RoundedTf1(RgbImage image, int width, int height)
    {
        RgbImage result = new(width, height);
        Tf1BilinearResizer resizer = new(image, width, height);
        float[] row = new float[width * 3];
        for (int y = 0; y < height; y++)
        {
            resizer.Row(y, row);
            Span<byte> to = result.Writable.Slice(y * row.Length, row.Length);
            for (int i = 0; i < row.Length; i++)
            {
                to[i] = (byte)(row[i] + 0.5f);
            }
        }

        return result;
    }
}
