using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Normalizations over any axes against loops over their definitions.</summary>
public class KerasNormalizationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(2)]
    public void BatchNormalization_AnyAxis_UsesItsMovingStatistics(int axis)
    {
        Nd x = Nd.Random(1, 2, 3, 4, 5);
        int n = x.Shape[axis];
        Nd gamma = Nd.Random(2, n);
        Nd beta = Nd.Random(3, n);
        Nd mean = Nd.Random(4, n);
        Nd variance = Nd.Random(5, n).Map(v => v + 1.5f);
        Nd expected = new(x.Shape);
        foreach (int[] at in x.Indices())
        {
            int c = at[axis];
            expected[at] = (float)(((x[at] - mean[c]) / Math.Sqrt(variance[c] + 0.01) * gamma[c]) + beta[c]);
        }

        KerasNet.Check(expected, "BatchNormalization", $$"""{"axis":[{{axis}}],"epsilon":0.01,"scale":true,"center":true}""", x, gamma, beta, mean, variance);
    }

    [Theory]
    [InlineData("[1,2,3]", new[] { 1, 2, 3 })]
    [InlineData("[1,3]", new[] { 1, 3 })]
    [InlineData("[-1]", new[] { 3 })]
    [InlineData("[2]", new[] { 2 })]
    public void LayerNormalization_SeveralAxes_StandardizesOverThem(string axis, int[] axes)
    {
        Nd x = Nd.Random(6, 2, 3, 4, 5);
        Nd gamma = Nd.Random(7, [.. axes.Select(a => x.Shape[a])]);
        Nd beta = Nd.Random(8, gamma.Shape);
        Nd expected = Standardized(x, at => Key(at, axes), 0.01, (at, v) => (v * gamma[[.. axes.Select(a => at[a])]]) + beta[[.. axes.Select(a => at[a])]], centre: true);
        KerasNet.Check(expected, "LayerNormalization", $$"""{"axis":{{axis}},"epsilon":0.01,"scale":true,"center":true}""", x, gamma, beta);
    }

    [Fact]
    public void LayerNormalization_RmsScaling_LeavesTheMeanIn()
    {
        Nd x = Nd.Random(9, 2, 3, 5);
        Nd gamma = Nd.Random(10, 5);
        Nd expected = Standardized(x, at => (at[0] * 10) + at[1], 1e-3, (at, v) => v * gamma[at[2]], centre: false);
        KerasNet.Check(expected, "LayerNormalization", """{"axis":[-1],"epsilon":0.001,"scale":true,"center":true,"rms_scaling":true}""", x, gamma);
    }

    [Fact]
    public void RmsNormalization_LastAxis_DividesByTheRootOfTheMeanSquare()
    {
        Nd x = Nd.Random(11, 2, 3, 5);
        Nd scale = Nd.Random(12, 5);
        Nd expected = new(x.Shape);
        foreach (int[] at in x.Indices())
        {
            double mean = Enumerable.Range(0, 5).Average(i => (double)x[at[0], at[1], i] * x[at[0], at[1], i]);
            expected[at] = (float)(x[at] / Math.Sqrt(mean + 1e-6) * scale[at[2]]);
        }

        KerasNet.Check(expected, "RMSNormalization", """{"axis":-1,"epsilon":1e-06}""", x, scale);
    }

    [Theory]
    [InlineData(2, -1)]
    [InlineData(3, -1)]
    [InlineData(-1, -1)]
    [InlineData(2, 1)]
    public void GroupNormalization_Groups_StandardizesEach(int groups, int axis)
    {
        Nd x = Nd.Random(13, 2, 6, 4, 6);
        int at1 = axis < 0 ? 3 : axis;
        int size = groups < 0 ? 1 : 6 / groups;
        Nd gamma = Nd.Random(14, 6);
        Nd beta = Nd.Random(15, 6);
        Nd expected = Standardized(x, at => (at[0] * 100) + (at[at1] / size), 0.01, (at, v) => (v * gamma[at[at1]]) + beta[at[at1]], centre: true);
        KerasNet.Check(expected, "GroupNormalization", $$"""{"groups":{{groups}},"axis":{{axis}},"epsilon":0.01}""", x, gamma, beta);
    }

    [Theory]
    [InlineData("[-1]", new[] { 2 })]
    [InlineData("[1,2]", new[] { 1, 2 })]
    public void UnitNormalization_Axes_GivesLengthOne(string axis, int[] axes)
    {
        Nd x = Nd.Random(16, 2, 3, 4);
        Nd expected = new(x.Shape);
        foreach (int[] at in x.Indices())
        {
            double sum = x.Indices().Where(o => Key(o, axes) == Key(at, axes)).Sum(o => (double)x[o] * x[o]);
            expected[at] = (float)(x[at] / Math.Sqrt(sum));
        }

        KerasNet.Check(expected, "UnitNormalization", $$"""{"axis":{{axis}}}""", x);
    }

    [Fact]
    public void SpectralNormalization_AtInference_IsTheLayerWithin()
    {
        Nd x = Nd.Random(17, 2, 3);
        Nd kernel = Nd.Random(18, 3, 4);
        Nd bias = Nd.Random(19, 4);
        Nd expected = WindowReference.Convolve(x.Reshape(2, 1, 3), kernel.Reshape(1, 3, 4), bias.Data, [1], [1], same: false).Reshape(2, 4);
        KerasNet.Check(expected, "SpectralNormalization", """{"layer":{"class_name":"Dense","config":{"units":4,"use_bias":true,"activation":"linear"}}}""", x, kernel, bias, Nd.Random(20, 1, 4));
    }

    // Which values are normalized together, as one number.
    private static int Key(int[] at, int[] axes) => at.Select((v, i) => axes.Contains(i) ? 0 : v + 1).Aggregate(0, (k, v) => (k * 16) + v);

    private static Nd Standardized(Nd x, Func<int[], int> group, double epsilon, Func<int[], float, float> finish, bool centre)
    {
        Dictionary<int, List<double>> members = [];
        foreach (int[] at in x.Indices())
        {
            int key = group(at);
            (members.TryGetValue(key, out List<double>? list) ? list : members[key] = []).Add(x[at]);
        }

        Nd y = new(x.Shape);
        foreach (int[] at in x.Indices())
        {
            List<double> own = members[group(at)];
            double mean = own.Average();
            double variance = own.Average(v => (v - mean) * (v - mean));
            y[at] = finish(at, (float)((x[at] - (centre ? mean : 0)) / Math.Sqrt(variance + epsilon)));
        }

        return y;
    }
}
