namespace Pare.Evaluation;

/// <summary>Where a stored picture's first row and first column lie in the upright one: EXIF's orientation, and <c>sk_encodedorigin_t</c> of Skia's C interface.</summary>
internal enum EncodedOrigin
{
    TopLeft = 1,
    TopRight,
    BottomRight,
    BottomLeft,
    LeftTop,
    RightTop,
    RightBottom,
    LeftBottom,
}
