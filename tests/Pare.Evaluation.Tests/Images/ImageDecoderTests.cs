using Pare.Testing;
using SkiaSharp;
using Xunit;

namespace Pare.Evaluation.Tests;

public sealed class ImageDecoderTests
{
    private static readonly RgbImage s_gradient = TestPictures.Gradient(23, 17);

    [Fact]
    public void Decode_OfOurPng_IsExact() => Assert.Equal(s_gradient.Pixels.ToArray(), ImageDecoder.Decode(PngWriter.Encode(s_gradient), "a").Pixels.ToArray());

    [Fact]
    public void Decode_OfIndexedPng_GivesItsColours()
    {
        byte[] palette = [255, 0, 0, 0, 255, 0, 10, 20, 30];
        byte[] indices = [0, 1, 2, 2, 1, 0];
        RgbImage image = ImageDecoder.Decode(PngWriter.EncodeIndexed(3, 2, palette, indices), "a");
        Assert.Equal(indices.SelectMany(i => palette.Skip(i * 3).Take(3)), image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_OfBmp_IsExact() => Assert.Equal(s_gradient.Pixels.ToArray(), ImageDecoder.Decode(TestPictures.Bmp(s_gradient), "a").Pixels.ToArray());

    [Fact]
    public void Decode_OfGrayPng_GivesEqualChannels() =>
        Assert.Equal([7, 7, 7, 200, 200, 200], ImageDecoder.Decode(TestPictures.Png(2, 1, 0, 8, [0, 7, 200]), "a").Pixels.ToArray());

    [Fact]
    public void Decode_Of16BitPng_KeepsTheUpperByte()
    {
        byte[] pixels = ImageDecoder.Decode(TestPictures.Png(1, 1, 2, 16, [0, 0x80, 0x10, 0xFF, 0xFF, 0x00, 0x20]), "a").Pixels.ToArray();
        Assert.Equal([0x80, 0xFF, 0x00], pixels);
    }

    [Fact]
    public void Decode_OfTransparentPng_IsOnWhite()
    {
        byte[] pixels = ImageDecoder.Decode(TestPictures.Png(3, 1, 6, 8, [0, 10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 51]), "a").Pixels.ToArray();
        Assert.Equal([255, 255, 255, 10, 20, 30, 204, 204, 204], pixels);
    }

    [Fact]
    public void Decode_OfAnimatedGif_GivesTheFirstFrame() => Assert.Equal([255, 0, 0], ImageDecoder.Decode(TestPictures.AnimatedGif(), "a").Pixels.ToArray());

    [Fact]
    public void Decode_OfCmykJpeg_GivesItsColours()
    {
        // Adobe's inverted CMYK: 255 is no ink. Full cyan is 0, 255, 255, 255.
        RgbImage cyan = ImageDecoder.Decode(TestPictures.CmykJpeg(0, 255, 255, 255), "a");
        Assert.True(cyan.Pixels[0] < 60 && cyan.Pixels[1] > 150 && cyan.Pixels[2] > 150, string.Join(",", cyan.Pixels[..3].ToArray()));
        RgbImage white = ImageDecoder.Decode(TestPictures.CmykJpeg(255, 255, 255, 255), "a");
        Assert.True(white.Pixels[0] > 240 && white.Pixels[1] > 240 && white.Pixels[2] > 240, string.Join(",", white.Pixels[..3].ToArray()));
    }

    [Theory]
    [InlineData(1, 0, 0, 16, 8)]
    [InlineData(2, 15, 0, 16, 8)]
    [InlineData(3, 15, 7, 16, 8)]
    [InlineData(4, 0, 7, 16, 8)]
    [InlineData(5, 0, 0, 8, 16)]
    [InlineData(6, 7, 0, 8, 16)]
    [InlineData(7, 7, 15, 8, 16)]
    [InlineData(8, 0, 15, 8, 16)]
    public void Decode_OfExifRotatedJpeg_IsUpright(byte orientation, int x, int y, int width, int height)
    {
        // The stored picture's first corner is dark, the others bright: it must come out where the orientation says.
        byte[] pixels = [.. Enumerable.Repeat((byte)250, 16 * 8 * 3)];
        for (int i = 0; i < 16; i++)
        {
            pixels.AsSpan(((i / 4 * 16) + (i % 4)) * 3, 3).Clear();
        }

        byte[] jpeg = TestPictures.WithOrientation(TestPictures.Encode(new RgbImage(16, 8, pixels), SKEncodedImageFormat.Jpeg, 100), orientation);
        RgbImage image = ImageDecoder.Decode(jpeg, "a");
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.True(image.Pixels[((y * width) + x) * 3] < 60);
        Assert.True(image.Pixels[(((height - 1 - y) * width) + (width - 1 - x)) * 3] > 200);
    }

    [Fact]
    public void Decode_OfWebP_IsClose()
    {
        RgbImage image = ImageDecoder.Decode(TestPictures.Encode(s_gradient, SKEncodedImageFormat.Webp, 100), "a");
        Assert.Equal((23, 17), (image.Width, image.Height));
    }

    [Fact]
    public void Decode_OfTruncatedJpeg_NamesTheFile()
    {
        byte[] jpeg = TestPictures.Encode(TestPictures.Gradient(200, 200), SKEncodedImageFormat.Jpeg);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ImageDecoder.Decode(jpeg.AsMemory(0, jpeg.Length / 2), "daisy/x.jpg"));
        Assert.Contains("daisy/x.jpg", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_OfHugeHeader_IsRefusedBeforeDecoding()
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ImageDecoder.Decode(PngWriter.Encode(s_gradient), "a", new ImageDecodeOptions { MaxPixels = 100 }));
        Assert.Contains("23x17", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello, this is text")]
    public void Decode_OfNoPicture_Says(string text) => Assert.Throws<ModelFormatException>(() => ImageDecoder.Decode(System.Text.Encoding.ASCII.GetBytes(text), "a"));

    [Fact]
    public void Decode_OfDamagedPictures_GivesTypedErrors()
    {
        ReaderFuzzer fuzzer = new(bytes => ImageDecoder.Decode(bytes, "mutant"));
        RgbImage picture = TestPictures.Gradient(61, 40);
        fuzzer.Run("jpeg", TestPictures.Encode(picture, SKEncodedImageFormat.Jpeg), ReaderFuzzer.Mutants());
        fuzzer.Run("png", PngWriter.Encode(picture), ReaderFuzzer.Mutants());
        fuzzer.Run("webp", TestPictures.Encode(picture, SKEncodedImageFormat.Webp), ReaderFuzzer.Mutants());
        fuzzer.Run("bmp", TestPictures.Bmp(picture), ReaderFuzzer.Mutants());
        fuzzer.Run("gif", TestPictures.AnimatedGif(), ReaderFuzzer.Mutants());
        fuzzer.Run("cmyk", TestPictures.CmykJpeg(10, 200, 30, 40), ReaderFuzzer.Mutants());
        fuzzer.Run("exif", TestPictures.WithOrientation(TestPictures.Encode(picture, SKEncodedImageFormat.Jpeg), 6), ReaderFuzzer.Mutants());
        fuzzer.Run("gray png", TestPictures.Png(2, 1, 0, 8, [0, 7, 200]), ReaderFuzzer.Mutants());
        fuzzer.Run("16-bit png", TestPictures.Png(1, 1, 2, 16, [0, 0x80, 0x10, 0xFF, 0xFF, 0x00, 0x20]), ReaderFuzzer.Mutants());
        fuzzer.Run("transparent png", TestPictures.Png(3, 1, 6, 8, [0, 10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 51]), ReaderFuzzer.Mutants());
        Assert.True(fuzzer.Refused > 0);
    }
}
