namespace Pare.Evaluation;

/// <summary>Turns a picture the way its EXIF data says it was taken.</summary>
internal static class ImageOrientation
{
    public static RgbImage Apply(RgbImage image, EncodedOrigin origin)
    {
        if (origin is EncodedOrigin.TopLeft or 0)
        {
            return image;
        }

        bool swap = origin is EncodedOrigin.LeftTop or EncodedOrigin.RightTop or EncodedOrigin.RightBottom or EncodedOrigin.LeftBottom;
        (int w, int h) = (image.Width, image.Height);
        RgbImage turned = swap ? new(h, w) : new(w, h);
        ReadOnlySpan<byte> from = image.Pixels;
        Span<byte> to = turned.Writable;
        for (int y = 0; y < turned.Height; y++)
        {
            for (int x = 0; x < turned.Width; x++)
            {
                // Names give the place of the stored picture's first row and first column in the upright picture.
                (int sx, int sy) = origin switch
                {
                    EncodedOrigin.TopRight => (w - 1 - x, y),
                    EncodedOrigin.BottomRight => (w - 1 - x, h - 1 - y),
                    EncodedOrigin.BottomLeft => (x, h - 1 - y),
                    EncodedOrigin.LeftTop => (y, x),
                    EncodedOrigin.RightTop => (y, h - 1 - x),
                    EncodedOrigin.RightBottom => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                from.Slice(((sy * w) + sx) * 3, 3).CopyTo(to[(((y * turned.Width) + x) * 3)..]);
            }
        }

        return turned;
    }
}
