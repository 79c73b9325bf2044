using System.Globalization;
using System.Text.Json.Serialization;

namespace Pare.Evaluation;

/// <summary>Extents of a picture. Written <c>128</c> where it is square, else <c>WIDTHxHEIGHT</c>.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
[JsonConverter(typeof(ImageSizeConverter))]
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Reads <c>128</c> or <c>160x120</c> (width first).</summary>
    /// <exception cref="UsageException">It is neither, or an extent is not within 1 to 16384.</exception>
    public static ImageSize Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('x', 'X');
        if (parts.Length <= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            && width is >= 1 and <= 16384 && height is >= 1 and <= 16384)
        {
            return new ImageSize(width, height);
        }

        throw new UsageException($"'{text}' is no picture size; write 128 or WIDTHxHEIGHT, each within 1 to 16384", "size");
    }

    /// <inheritdoc/>
    public override string ToString() => Width == Height
        ? Width.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");
}
