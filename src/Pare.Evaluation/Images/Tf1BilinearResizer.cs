using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pare.Evaluation;

/// <summary>
/// TensorFlow 1's <c>resize_bilinear</c> with <c>align_corners=false</c>, <c>half_pixel_centers=false</c>, bit for bit in binary32: <c>source = target * (in / out)</c>,
/// lower = floor, upper = min(lower + 1, in - 1), interpolation along the row, then between rows. Made for one picture and one size; not safe for concurrent use.
/// </summary>
public sealed class Tf1BilinearResizer
{
    private readonly RgbImage _image;
    private readonly int _height;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly float[] _lerp;

    /// <summary>Prepares to resize a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Columns wanted, at least 1.</param>
    /// <param name="height">Rows wanted, at least 1.</param>
    public Tf1BilinearResizer(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        _image = image;
        _height = height;
        _left = new int[width];
        _right = new int[width];
        _lerp = new float[width];
        for (int x = 0; x < width; x++)
        {
            (int low, int high, float lerp) = Locate(x, image.Width, width);
            _left[x] = low * 3;
            _right[x] = high * 3;
            _lerp[x] = lerp;
        }
    }

    /// <summary>Computes one row.</summary>
    /// <param name="y">The row of the result.</param>
    /// <param name="row">Receives red, green and blue of each pixel, 0 to 255; exactly three values a column.</param>
    public void Row(int y, Span<float> row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, _height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, _left.Length * 3, nameof(row));
        (int low, int high, float yLerp) = Locate(y, _image.Height, _height);
        ref byte source = ref MemoryMarshal.GetReference(_image.Padded);
        ref byte top = ref Unsafe.Add(ref source, (nint)low * _image.Width * 3);
        ref byte bottom = ref Unsafe.Add(ref source, (nint)high * _image.Width * 3);
        Vector128<float> down = Vector128.Create(yLerp);
        for (int x = 0; x < _left.Length; x++)
        {
            (nint left, nint right) = (_left[x], _right[x]);
            Vector128<float> across = Vector128.Create(_lerp[x]);

            // Products and sums are kept apart: a fused multiply-add would round differently from TensorFlow.
            Vector128<float> tl = Load(ref top, left);
            Vector128<float> a = tl + ((Load(ref top, right) - tl) * across);
            Vector128<float> bl = Load(ref bottom, left);
            Vector128<float> b = bl + ((Load(ref bottom, right) - bl) * across);
            Vector128<float> v = a + ((b - a) * down);
            Span<float> to = row.Slice(x * 3, 3);
            to[0] = v[0];
            to[1] = v[1];
            to[2] = v[2];
        }
    }

    private static (int Low, int High, float Lerp) Locate(int target, int source, int size)
    {
        float at = target * ((float)source / size);
        int low = Math.Min((int)MathF.Floor(at), source - 1);
        return (low, Math.Min(low + 1, source - 1), at - low);
    }

    private static Vector128<float> Load(ref byte source, nint at)
    {
        Vector128<byte> four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, at))).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(four)).AsInt32());
    }
}
