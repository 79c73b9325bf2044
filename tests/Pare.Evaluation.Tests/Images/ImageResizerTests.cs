using CsCheck;
using Xunit;

namespace Pare.Evaluation.Tests;

public sealed class ImageResizerTests
{
    private static readonly Gen<(int W, int H, int W2, int H2, int Method)> s_cases = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 4]);

    [Fact]
    public void Resize_WithVectors_EqualsTheScalarDefinition() => s_cases.Sample(
        c =>
        {
            RgbImage image = TestPictures.Gradient(c.W, c.H);
            ResizeMethod method = (ResizeMethod)c.Method;
            RgbImage actual = ImageResizer.Resize(image, c.W2, c.H2, method);
            Assert.Equal(Scalar(image, c.W2, c.H2, method), actual.Pixels.ToArray());
        },
        iter: 200,
        seed: "0000000000000");

    [Fact]
    public void Resize_OfFlatPicture_StaysFlat()
    {
        RgbImage flat = new(31, 17, [.. Enumerable.Repeat((byte)201, 31 * 17 * 3)]);
        foreach (ResizeMethod m in Enum.GetValues<ResizeMethod>())
        {
            Assert.All(ImageResizer.Resize(flat, 12, 40, m).Pixels.ToArray(), p => Assert.Equal(201, p));
        }
    }

    [Fact]
    public void Resize_ByArea_AveragesBlocks()
    {
        RgbImage image = RgbImage.FromGray(4, 2, [10, 20, 30, 40, 50, 60, 70, 80]);
        Assert.Equal([35, 35, 35, 55, 55, 55], ImageResizer.Resize(image, 2, 1, ResizeMethod.Area).Pixels.ToArray());
    }

    private static byte[] Scalar(RgbImage image, int width, int height, ResizeMethod method)
    {
        ResampleFilter filter = ResampleFilter.Of(method);
        byte[] across = image.Width == width ? image.Pixels.ToArray() : new byte[width * image.Height * 3];
        if (image.Width != width)
        {
            ResampleTable table = new(image.Width, width, filter);
            for (int i = 0; i < across.Length; i++)
            {
                (int y, int x, int c) = (i / 3 / width, i / 3 % width, i % 3);
                int k = 0;
                across[i] = Round(table.Weights(x).ToArray().Sum(w => w * image.Pixels[(((y * image.Width) + table.First(x) + k++) * 3) + c]));
            }
        }

        if (image.Height == height)
        {
            return across;
        }

        byte[] result = new byte[width * height * 3];
        ResampleTable down = new(image.Height, height, filter);
        for (int i = 0; i < result.Length; i++)
        {
            int y = i / 3 / width;
            int k = 0;
            result[i] = Round(down.Weights(y).ToArray().Sum(w => w * across[((down.First(y) + k++) * width * 3) + (i % (width * 3))]));
        }

        return result;
    }

    private static byte Round(int sum) => (byte)Math.Clamp((sum + (1 << 21)) >> 22, 0, 255);
}
