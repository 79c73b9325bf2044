namespace Pare.Evaluation;

/// <summary>A sample that is a picture, decoded when asked for.</summary>
public sealed class ImageContent : SampleContent
{
    private readonly RgbImage? _image;
    private readonly ReadOnlyMemory<byte> _encoded;
    private readonly string _name;
    private readonly ImageDecodeOptions? _options;

    /// <summary>Wraps a picture.</summary>
    public ImageContent(RgbImage image)
    {
        _image = image;
        _name = "";
    }

    /// <summary>Wraps the bytes of a picture's file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    public ImageContent(ReadOnlyMemory<byte> encoded, string name, ImageDecodeOptions? options = null)
    {
        _encoded = encoded;
        _name = name;
        _options = options;
    }

    /// <summary>Decodes the picture.</summary>
    /// <exception cref="ModelFormatException">It is damaged or beyond the limits.</exception>
    public RgbImage Decode() => _image ?? ImageDecoder.Decode(_encoded, _name, _options);
}
