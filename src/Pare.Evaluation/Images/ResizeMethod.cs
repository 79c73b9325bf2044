namespace Pare.Evaluation;

/// <summary>How a picture is brought to the size of a model's input.</summary>
public enum ResizeMethod
{
    /// <summary>
    /// TensorFlow 1's <c>resize_bilinear</c>: corners not aligned, no half-pixel centres (<c>source = target * in / out</c>), no antialiasing, result in binary32 without
    /// rounding to bytes.
    /// </summary>
    BilinearTf1,

    /// <summary>As Pillow's BILINEAR: triangle filter widened when shrinking (antialiased), rounded to bytes.</summary>
    Bilinear,

    /// <summary>As Pillow's BICUBIC: cubic convolution with a = -0.5, widened when shrinking, rounded to bytes.</summary>
    Bicubic,

    /// <summary>As Pillow's LANCZOS (formerly ANTIALIAS): windowed sinc of three lobes, widened when shrinking, rounded to bytes.</summary>
    Lanczos,

    /// <summary>As Pillow's BOX: the mean of the area that a pixel covers, rounded to bytes.</summary>
    Area,

    /// <summary>As Pillow's NEAREST: the pixel under the target's centre.</summary>
    Nearest,
}
