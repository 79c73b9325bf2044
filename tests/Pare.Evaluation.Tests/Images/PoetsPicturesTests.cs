using Pare.Testing;
using Xunit;

namespace Pare.Evaluation.Tests;

/// <summary>Decoding and resizing against what TensorFlow 1.15 and Pillow 9.5 made of ten photos.</summary>
public sealed class PoetsPicturesTests
{
    private static readonly ValueDescription s_input = new("input", DataType.Float32, new SymbolicShape(1, 128, 128, 3));

    public static TheoryData<string> Names => [.. SharedFiles.Find("golden/poets/decoded", "*.png").Select(f => Path.GetFileNameWithoutExtension(f)!)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Names))]
    public void BilinearTf1_OfDecodedPhoto_IsTheRecordedInput(string name)
    {
        RgbImage image = ImageDecoder.DecodeFile(SharedFiles.InShared("golden", "poets", "decoded", name + ".png"));
        float[] expected = NpyReader.ReadFile(SharedFiles.InShared("golden", "poets", "preprocessed", name + ".npy")).ToFloats();
        Preprocessor preprocessor = new(PreprocessingPlan.Create(null, s_input, ImageLayout.Nhwc));
        float[] actual = preprocessor.ToTensor(image).ToFloats();
        Assert.Equal(expected, actual);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Names))]
    public void Lanczos_OfPhoto_IsPillows(string name)
    {
        RgbImage expected = ImageDecoder.DecodeFile(SharedFiles.InShared("golden", "poets", "lanczos", name + ".png"));
        RgbImage image = ImageDecoder.DecodeFile(PhotoOf(name));
        RgbImage actual = ImageResizer.Resize(image, 128, 128, ResizeMethod.Lanczos);
        (double mean, int max) = Difference(expected, actual);
        Assert.True(max == 0, $"mean difference {mean}, max {max}");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Names))]
    public void Decode_OfPhoto_IsWithinAGreyLevelOfTensorFlows(string name)
    {
        RgbImage expected = ImageDecoder.DecodeFile(SharedFiles.InShared("golden", "poets", "decoded", name + ".png"));
        RgbImage actual = ImageDecoder.DecodeFile(PhotoOf(name));
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        (double mean, int max) = Difference(expected, actual);
        Assert.True(mean < 1.1 && max <= 6, $"mean difference {mean}, max {max}");
    }

    private static string PhotoOf(string name)
    {
        int cut = name.IndexOf('_', StringComparison.Ordinal);
        return SharedFiles.InShared("data", "flower_photos", name[..cut], name[(cut + 1)..] + ".jpg");
    }

    private static (double Mean, int Max) Difference(RgbImage a, RgbImage b)
    {
        long sum = 0;
        int max = 0;
        for (int i = 0; i < a.Pixels.Length; i++)
        {
            int d = Math.Abs(a.Pixels[i] - b.Pixels[i]);
            sum += d;
            max = Math.Max(max, d);
        }

        return ((double)sum / a.Pixels.Length, max);
    }
}
