using Pare.Codecs;
using Pare.Evaluation;

namespace Pare.Posterizing;

/// <summary>The demonstration of clustering: a picture whose colours or channel levels are reduced, as a PNG. Deterministic. Thread-safe.</summary>
public static class Posterizer
{
    /// <summary>Reduces a picture to few colours, clustered in red, green and blue together, and writes an indexed PNG.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="colors">The most colours, 1 to 256.</param>
    /// <exception cref="UsageException">The number of colours is out of range.</exception>
    public static PosterizedImage ByColors(RgbImage image, int colors)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (colors is < 1 or > 256)
        {
            throw new UsageException($"{colors} colours: a picture can be reduced to 1 to 256");
        }

        ColorPalette palette = ColorQuantizer.Quantize(image.Pixels, colors);
        byte[] png = PngWriter.EncodeIndexed(image.Width, image.Height, palette.Palette.Span, palette.Indices.Span);
        return new PosterizedImage(png, palette.Count, PngWriter.Encode(image).Length, Psnr(palette.SquaredError, image.Pixels.Length));
    }

    /// <summary>Reduces each channel by itself to few levels, by the quantizer that clusters weights, and writes a true-colour PNG.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="levels">The most levels a channel, 2 to 256.</param>
    /// <exception cref="UsageException">The number of levels is out of range.</exception>
    public static PosterizedImage ByChannels(RgbImage image, int levels)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (levels is < 2 or > 256)
        {
            throw new UsageException($"{levels} levels: a channel can be reduced to 2 to 256");
        }

        byte[] pixels = image.Pixels.ToArray();
        double error = 0;
        float[] values = new float[pixels.Length / 3];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = pixels[3 * i + channel];
            }

            Codebook codebook = KMeans1D.Cluster(values, levels).Codebook;
            for (int i = 0; i < values.Length; i++)
            {
                byte to = (byte)Math.Round(codebook.Centroids[codebook.IndexOf(values[i])]);
                error += (to - values[i]) * (to - values[i]);
                pixels[3 * i + channel] = to;
            }
        }

        byte[] png = PngWriter.Encode(new RgbImage(image.Width, image.Height, pixels));
        return new PosterizedImage(png, levels, PngWriter.Encode(image).Length, Psnr(error, pixels.Length));
    }

    private static double Psnr(double error, int values) => error == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255 * values / error);
}
