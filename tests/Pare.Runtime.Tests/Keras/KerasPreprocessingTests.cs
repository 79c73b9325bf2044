using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Layers that prepare pictures, numbers and categories.</summary>
public class KerasPreprocessingTests
{
    /// <summary>Kernels as they are documented: where they end, and their value at a distance.</summary>
    private static readonly Dictionary<string, (double Radius, Func<double, double> Kernel)> s_kernels = new()
    {
        ["bilinear"] = (1, x => 1 - x),
        ["bicubic"] = (2, x => x < 1 ? (1.5 * x * x * x) - (2.5 * x * x) + 1 : (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2),
        ["lanczos3"] = (3, x => Sinc(x) * Sinc(x / 3)),
        ["lanczos5"] = (5, x => Sinc(x) * Sinc(x / 5)),
        ["gaussian"] = (1.5, x => Math.Exp(-2 * x * x)),
        ["mitchellcubic"] = (2, x => x < 1 ? ((7 * x * x * x) - (12 * x * x) + (16.0 / 3)) / 6 : ((-7.0 / 3 * x * x * x) + (12 * x * x) - (20 * x) + (32.0 / 3)) / 6),
    };

    [Theory]
    [InlineData("bilinear", false, 4, 9)]
    [InlineData("bilinear", true, 9, 4)]
    [InlineData("bilinear", true, 4, 9)]
    [InlineData("bicubic", true, 9, 4)]
    [InlineData("lanczos3", false, 5, 8)]
    [InlineData("lanczos3", true, 9, 4)]
    [InlineData("lanczos5", false, 8, 5)]
    [InlineData("gaussian", false, 5, 8)]
    [InlineData("mitchellcubic", false, 8, 5)]
    public void Resizing_Kernels_WeighNeighbours(string interpolation, bool antialias, int from, int to)
    {
        Nd x = Nd.Random(1, 2, from, 6, 3);
        Nd expected = Resampled(Resampled(x, 1, to, interpolation, antialias), 2, 5, interpolation, antialias);
        KerasNet.Check(expected, "Resizing", $$"""{"height":{{to}},"width":5,"interpolation":"{{interpolation}}","antialias":{{(antialias ? "true" : "false")}}}""", x);
    }

    [Fact]
    public void Resizing_Nearest_TakesTheCentresPixel()
    {
        Nd x = Nd.Random(2, 1, 5, 7, 2);
        Nd expected = new(1, 8, 3, 2);
        foreach (int[] at in expected.Indices())
        {
            expected[at] = x[0, (int)((at[1] + 0.5) * 5 / 8), (int)((at[2] + 0.5) * 7 / 3), at[3]];
        }

        KerasNet.Check(expected, "Resizing", """{"height":8,"width":3,"interpolation":"nearest"}""", x);
    }

    [Fact]
    public void Resizing_Area_AveragesWhatAPixelCovers()
    {
        Nd x = Nd.Random(3, 1, 5, 6, 2);
        Nd expected = new(1, 2, 3, 2);
        foreach (int[] at in expected.Indices())
        {
            double sum = 0;
            for (int i = 0; i < 5; i++)
            {
                double share = Math.Max(0, Math.Min(i + 1, (at[1] + 1) * 2.5) - Math.Max(i, at[1] * 2.5));
                sum += share * (x[0, i, at[2] * 2, at[3]] + x[0, i, (at[2] * 2) + 1, at[3]]);
            }

            expected[at] = (float)(sum / 5);
        }

        KerasNet.Check(expected, "Resizing", """{"height":2,"width":3,"interpolation":"area"}""", x);
    }

    [Theory]
    [InlineData("crop_to_aspect_ratio", 8, 4)]
    [InlineData("pad_to_aspect_ratio", 8, 4)]
    [InlineData("crop_to_aspect_ratio", 3, 9)]
    public void Resizing_AspectRatio_CropsOrPadsFirst(string option, int height, int width)
    {
        Nd x = Nd.Random(4, 1, 4, 8, 1);
        Nd framed;
        if (option[0] == 'c')
        {
            int h = Math.Min(4, 8 * height / width);
            int w = Math.Min(8, 4 * width / height);
            framed = new Nd(1, h, w, 1);
            foreach (int[] at in framed.Indices())
            {
                framed[at] = x[0, at[1] + ((4 - h) / 2), at[2] + ((8 - w) / 2), 0];
            }
        }
        else
        {
            framed = new Nd(1, 16, 8, 1).Map(_ => 0.25f);
            foreach (int[] at in x.Indices())
            {
                framed[0, at[1] + 6, at[2], 0] = x[at];
            }
        }

        Nd expected = Resampled(Resampled(framed, 1, height, "bilinear", false), 2, width, "bilinear", false);
        KerasNet.Check(expected, "Resizing", $$"""{"height":{{height}},"width":{{width}},"interpolation":"bilinear","{{option}}":true,"fill_value":0.25}""", x);
    }

    [Fact]
    public void CenterCrop_LargeAndSmallPictures_CutsOrEnlarges()
    {
        Nd x = Nd.Random(5, 1, 7, 6, 2);
        Nd cut = new(1, 4, 3, 2);
        foreach (int[] at in cut.Indices())
        {
            cut[at] = x[0, at[1] + 1, at[2] + 1, at[3]];
        }

        KerasNet.Check(cut, "CenterCrop", """{"height":4,"width":3}""", x);
        Nd small = Nd.Random(6, 1, 3, 6, 2);
        Nd middle = new(1, 3, 3, 2);
        foreach (int[] at in middle.Indices())
        {
            middle[at] = small[0, at[1], at[2] + 1, at[3]];
        }

        KerasNet.Check(Resampled(Resampled(middle, 1, 4, "bilinear", false), 2, 4, "bilinear", false), "CenterCrop", """{"height":4,"width":4}""", small);
    }

    [Fact]
    public void RescalingAndNormalization_PerChannel_AreAffine()
    {
        Nd x = Nd.Random(7, 2, 3, 2);
        Nd rescaled = new(x.Shape);
        Nd normal = new(x.Shape);
        Nd inverted = new(x.Shape);
        foreach (int[] at in x.Indices())
        {
            int c = at[2];
            rescaled[at] = (x[at] * (c == 0 ? 2 : 3)) - 1;
            normal[at] = (x[at] - (c == 0 ? 0.5f : -1)) / (c == 0 ? 2 : 3);
            inverted[at] = (x[at] * (c == 0 ? 2 : 3)) + (c == 0 ? 0.5f : -1);
        }

        KerasNet.Check(rescaled, "Rescaling", """{"scale":[2.0,3.0],"offset":-1.0}""", x);
        KerasNet.Check(normal, "Normalization", """{"axis":[-1],"mean":[0.5,-1.0],"variance":[4.0,9.0]}""", x);
        KerasNet.Check(normal, "Normalization", """{"axis":[-1]}""", x, new Nd([0.5f, -1], 2), new Nd([4, 9], 2), new Nd([0f], []));
        KerasNet.Check(inverted, "Normalization", """{"axis":[-1],"mean":[0.5,-1.0],"variance":[4.0,9.0],"invert":true}""", x);
    }

    [Fact]
    public void Discretization_Boundaries_CountsThoseNotAbove()
    {
        Nd x = new([-1, 0, 0.5f, 1.99f, 2, 7], 2, 3);
        KerasNet.Check(new Nd([0, 1, 1, 1, 2, 2], 2, 3), "Discretization", """{"bin_boundaries":[0.0,2.0],"output_mode":"int"}""", x);
        KerasNet.Check(new Nd([2, 1, 0, 0, 1, 2], 2, 3).Reshape(2, 3), "Discretization", """{"bin_boundaries":[0.25,2.0],"output_mode":"count"}""", new Nd([-1, 0, 0.5f, 1.99f, 2, 7], 2, 3));
    }

    [Theory]
    [InlineData("multi_hot", new float[] { 1, 0, 1, 0, 0, 1, 0, 0 })]
    [InlineData("count", new float[] { 1, 0, 2, 0, 0, 3, 0, 0 })]
    public void CategoryEncoding_SeveralTokens_BecomeOneVector(string mode, float[] expected) =>
        KerasNet.Check(new Nd(expected, 2, 4), "CategoryEncoding", $$"""{"num_tokens":4,"output_mode":"{{mode}}"}""", new Nd([2, 0, 2, 1, 1, 1], 2, 3));

    [Fact]
    public void CategoryEncoding_OneHot_DropsTheAxisOfOne() =>
        KerasNet.Check(new Nd([0, 0, 1, 1, 0, 0], 2, 3), "CategoryEncoding", """{"num_tokens":3,"output_mode":"one_hot"}""", new Nd([2, 0], 2, 1));

    [Fact]
    public void CategoryEncoding_CountWeights_AddUp() => KerasNet.Check(
        new Nd([0.5f, 0, 4, 0, 6, 0], 2, 3),
        "CategoryEncoding",
        """{"num_tokens":3,"output_mode":"count"}""",
        [new Nd([2, 0, 2, 1, 1, 1], 2, 3), new Nd([1, 0.5f, 3, 1, 2, 3], 2, 3)]);

    [Theory]
    [InlineData("StringLookup", "looks up or hashes")]
    [InlineData("Hashing", "looks up or hashes")]
    [InlineData("Lambda", "Python code")]
    [InlineData("MyOwnLayer", "a custom layer")]
    public void Load_LayersWithoutCounterpart_AreRefusedByName(string className, string why)
    {
        KerasNet net = new();
        Value y = net.Layer(className, "{}", [net.Input(3)]);
        UnsupportedModelException e = Assert.Throws<UnsupportedModelException>(() => net.Run([y], Nd.Random(8, 1, 3).ToTensor()));
        Assert.Contains(className, e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    private static double Sinc(double x) => x < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    // Along one axis: neighbours within the kernel, which shrinking widens where it antialiases, weighed to sum 1.
    private static Nd Resampled(Nd x, int axis, int to, string interpolation, bool antialias)
    {
        (double radius, Func<double, double> kernel) = s_kernels[interpolation];
        int from = x.Shape[axis];
        double step = (double)from / to;
        double width = antialias ? Math.Max(1, step) : 1;
        Nd y = new([.. x.Shape.Select((e, i) => i == axis ? to : e)]);
        foreach (int[] at in y.Indices())
        {
            double sum = 0;
            double weights = 0;
            for (int j = 0; j < from; j++)
            {
                double distance = Math.Abs(j + 0.5 - ((at[axis] + 0.5) * step)) / width;
                double weight = distance < radius ? kernel(distance) : 0;
                int[] place = [.. at];
                place[axis] = j;
                sum += weight * x[place];
                weights += weight;
            }

            y[at] = (float)(sum / weights);
        }

        return y;
    }
}
