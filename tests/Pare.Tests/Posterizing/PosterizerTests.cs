using Pare.Evaluation;
using Pare.Posterizing;
using Pare.Testing;
using Xunit;

namespace Pare.Tests.Posterizing;

public sealed class PosterizerTests
{
    private static readonly RgbImage s_image = new(64, 48, [.. Enumerable.Range(0, 64 * 48).SelectMany(i => new[] { (byte)(i % 64 * 4), (byte)(i / 64 * 5), (byte)((i * 7) % 256) })]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(32)]
    [InlineData(256)]
    public void ByColors_AnyNumber_GivesAPngOfThoseColors(int colors)
    {
        PosterizedImage result = Posterizer.ByColors(s_image, colors);
        RgbImage back = ImageDecoder.Decode(result.Png, "posterized.png");
        Assert.Equal((64, 48), (back.Width, back.Height));
        Assert.InRange(Colors(back).Count, 1, colors);
        Assert.Equal(result.Levels, Colors(back).Count);
        Assert.Equal(result.Png.ToArray(), Posterizer.ByColors(s_image, colors).Png.ToArray());
    }

    [Fact]
    public void ByColors_FewColorsAlready_KeepsThemAll()
    {
        RgbImage image = new(3, 1, [1, 2, 3, 250, 0, 9, 1, 2, 3]);
        PosterizedImage result = Posterizer.ByColors(image, 8);
        Assert.Equal(image.Pixels.ToArray(), ImageDecoder.Decode(result.Png, "few.png").Pixels.ToArray());
        Assert.Equal(double.PositiveInfinity, result.PsnrDb);
    }

    [Fact]
    public void ByColors_ASamplePicture_IsSmaller()
    {
        PosterizedImage result = Posterizer.ByColors(ImageDecoder.DecodeFile(SharedFiles.Sample("petals", "test", "daisy", "daisy-000.jpg")), 32);
        Assert.True(result.Png.Length < result.OriginalPngBytes / 2, $"{result.Png.Length} against {result.OriginalPngBytes}");
        Assert.InRange(result.PsnrDb, 20, 60);
    }

    [Fact]
    public void ByColors_MoreColors_HaveLessError()
    {
        double last = 0;
        foreach (int colors in new[] { 2, 4, 8, 16, 32, 64 })
        {
            double psnr = Posterizer.ByColors(s_image, colors).PsnrDb;
            Assert.True(psnr > last);
            last = psnr;
        }
    }

    [Fact]
    public void ByChannels_FourLevels_LeavesFourValuesAChannel()
    {
        RgbImage back = ImageDecoder.Decode(Posterizer.ByChannels(s_image, 4).Png, "channels.png");
        Assert.Equal(4, Colors(back).Select(c => c.R).Distinct().Count());
        Assert.Equal(4, Colors(back).Select(c => c.B).Distinct().Count());
        Assert.Throws<UsageException>(() => Posterizer.ByChannels(s_image, 1));
        Assert.Throws<UsageException>(() => Posterizer.ByColors(s_image, 257));
    }

    private static HashSet<(byte R, byte G, byte B)> Colors(RgbImage image)
    {
        HashSet<(byte, byte, byte)> colors = [];
        for (int i = 0; i < image.Pixels.Length; i += 3)
        {
            colors.Add((image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]));
        }

        return colors;
    }
}
