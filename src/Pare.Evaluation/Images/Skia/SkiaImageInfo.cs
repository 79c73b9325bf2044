using System.Runtime.InteropServices;

namespace Pare.Evaluation;

/// <summary>Size and kind of pixels: <c>sk_imageinfo_t</c> of Skia's C interface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SkiaImageInfo
{
    /// <summary>Four bytes a pixel, red first.</summary>
    public const int Rgba8888 = 4;

    public const int Opaque = 1;

    public const int Unpremultiplied = 3;

    public nint ColorSpace;
    public int Width;
    public int Height;
    public int ColorType;
    public int AlphaType;
}
