using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Attention in all its layers, with masks, against loops over its definition.</summary>
public class KerasAttentionTests
{
    [Theory]
    [InlineData("Attention", """{"use_scale":true,"score_mode":"dot"}""")]
    [InlineData("Attention", """{"use_scale":false,"score_mode":"dot","causal":true}""")]
    [InlineData("Attention", """{"use_scale":true,"score_mode":"concat"}""")]
    [InlineData("AdditiveAttention", """{"use_scale":true}""")]
    [InlineData("AdditiveAttention", """{"use_scale":false}""")]
    public void Attention_OfOneHead_FollowsItsDefinition(string className, string config)
    {
        Nd q = Nd.Random(1, 2, 3, 4);
        Nd v = Nd.Random(2, 2, 5, 4);
        Nd k = Nd.Random(3, 2, 5, 4);
        bool additive = className == "AdditiveAttention";
        bool concat = config.Contains("concat", StringComparison.Ordinal);
        bool scaled = config.Contains("\"use_scale\":true", StringComparison.Ordinal);
        Nd scale = additive ? Nd.Random(4, 4) : new([0.7f]);
        Nd concatWeight = new([1.3f]);
        double Score(int n, int i, int j)
        {
            double sum = 0;
            for (int d = 0; d < 4; d++)
            {
                double pair = q[n, i, d] + k[n, j, d];
                sum += additive ? Math.Tanh(pair) * (scaled ? scale[d] : 1) : concat ? Math.Tanh(pair * scale.Data[0]) : q[n, i, d] * k[n, j, d] * (scaled ? scale.Data[0] : 1.0);
            }

            return concat ? sum * concatWeight.Data[0] : sum;
        }

        bool causal = config.Contains("causal", StringComparison.Ordinal);
        Nd expected = Attend(v, 3, (n, i, j) => Score(n, i, j), (_, i, j) => !causal || j <= i);
        Nd single = new(scale.Data, scale.Data.Length == 1 ? [] : [scale.Data.Length]);
        Nd[] weights = concat ? [single, new Nd(concatWeight.Data, [])] : scaled ? [single] : [];
        KerasNet.Check(expected, className, config, [q, v, k], weights);
    }

    [Fact]
    public void Attention_MasksOfQueryAndValue_HideStepsAndClearRows()
    {
        // Steps of zeros do not count.
        Nd q = Nd.Random(5, 2, 3, 4);
        Nd v = Nd.Random(6, 2, 5, 4);
        Clear(q, 1, 2);
        Clear(v, 0, 3);
        Clear(v, 1, 0);
        Nd expected = Attend(v, 3, (n, i, j) => Enumerable.Range(0, 4).Sum(d => q[n, i, d] * v[n, j, d]), (n, _, j) => (n, j) is not ((0, 3) or (1, 0)));
        Clear(expected, 1, 2);
        KerasNet net = new();
        Value a = net.Input(3, 4);
        Value b = net.Input(5, 4);
        Value y = net.Layer("Attention", """{"use_scale":false}""", [net.Layer("Masking", """{"mask_value":0.0}""", [a]), net.Layer("Masking", """{"mask_value":0.0}""", [b])]);
        net.Check(expected, y, q, v);
    }

    /// <summary>Class, heads of queries, heads of keys, what masks: nothing, attention_mask, causal, both, or the inputs' own.</summary>
    public static TheoryData<string, int, int, string> Headed { get; } = new()
    {
        { "MultiHeadAttention", 2, 2, "" },
        { "MultiHeadAttention", 3, 3, "given" },
        { "MultiHeadAttention", 2, 2, "causal" },
        { "MultiHeadAttention", 2, 2, "given causal" },
        { "MultiHeadAttention", 2, 2, "own" },
        { "GroupedQueryAttention", 4, 2, "" },
        { "GroupedQueryAttention", 4, 1, "causal" },
    };

    [Theory]
    [MemberData(nameof(Headed))]
    public void HeadedAttention_Masks_FollowsItsDefinition(string className, int heads, int keyHeads, string masks)
    {
        const int Size = 3;
        const int ValueSize = 5;
        int valueSize = className == "MultiHeadAttention" ? ValueSize : Size;
        Nd q = Nd.Random(7, 2, 4, 6);
        Nd v = Nd.Random(8, 2, 4, 7);
        bool own = masks == "own";
        if (own)
        {
            Clear(v, 1, 2);
            Clear(q, 0, 1);
        }

        Nd[] weights =
        [
            Nd.Random(9, 6, heads, Size), Nd.Random(10, heads, Size), Nd.Random(11, 7, keyHeads, Size), Nd.Random(12, keyHeads, Size), Nd.Random(13, 7, keyHeads, valueSize), Nd.Random(14, keyHeads, valueSize),
            Nd.Random(15, heads, valueSize, 8), Nd.Random(16, 8),
        ];
        Nd given = Nd.Random(17, 2, 4, 4).Map(m => m > -0.2f ? 1 : 0);
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                given[n, i, 0] = 1;
            }
        }

        bool Sees(int n, int i, int j) => (!masks.Contains("given", StringComparison.Ordinal) || given[n, i, j] > 0) && (!masks.Contains("causal", StringComparison.Ordinal) || j <= i)
            && (!own || ((n, j) != (1, 2) && (n, i) != (0, 1)));
        Nd expected = new(2, 4, 8);
        for (int h = 0; h < heads; h++)
        {
            int shared = h / (heads / keyHeads);
            Nd hq = Head(q, weights[0], weights[1], h);
            Nd hk = Head(v, weights[2], weights[3], shared);
            Nd hv = Head(v, weights[4], weights[5], shared);
            Nd mixed = Attend(hv, 4, (n, i, j) => Enumerable.Range(0, Size).Sum(d => hq[n, i, d] * hk[n, j, d]) / Math.Sqrt(Size), Sees);
            foreach (int[] at in expected.Indices())
            {
                expected[at] += Enumerable.Range(0, valueSize).Sum(d => mixed[at[0], at[1], d] * weights[6][h, d, at[2]]) + (h == 0 ? weights[7][at[2]] : 0);
            }
        }

        KerasNet net = new();
        Value a = net.Input(4, 6);
        Value b = net.Input(4, 7);
        Value m = net.Input(4, 4);
        Value query = own ? net.Layer("Masking", "{}", [a]) : a;
        Value value = own ? net.Layer("Masking", "{}", [b]) : b;
        bool hasMask = masks.Contains("given", StringComparison.Ordinal);
        string arguments = (hasMask ? """ "attention_mask":{"$input":2}, """ : "") + (masks.Contains("causal", StringComparison.Ordinal) ? """ "use_causal_mask":true """ : """ "use_causal_mask":false """);
        string config = """{"use_bias":true,"attention_axes":null,"call":{"args":[{"$input":0},{"$input":1}],"kwargs":{""" + arguments + "}}}";
        Value y = net.Layer(className, config, hasMask ? [query, value, m] : [query, value], weights);
        if (hasMask)
        {
            net.Check(expected, y, q, v, given);
        }
        else
        {
            net.Model.Graph.Inputs.Remove(m);
            net.Check(expected, y, q, v);
        }
    }

    [Theory]
    [InlineData("null", new[] { 1, 2 })]
    [InlineData("[2]", new[] { 2 })]
    [InlineData("[1]", new[] { 1 })]
    public void MultiHeadAttention_OverOtherAxes_AttendsWithinTheRest(string axes, int[] over)
    {
        Nd x = Nd.Random(18, 2, 3, 4, 5);
        Nd[] weights = [Nd.Random(19, 5, 2, 3), Nd.Random(20, 2, 3), Nd.Random(21, 5, 2, 3), Nd.Random(22, 2, 3), Nd.Random(23, 5, 2, 3), Nd.Random(24, 2, 3), Nd.Random(25, 2, 3, 5), Nd.Random(26, 5)];
        Nd expected = new(2, 3, 4, 5);
        int[][] places = [.. Nd.IndicesOf([2, 3, 4])];
        foreach (int[] p in places)
        {
            int[][] seen = [.. places.Where(o => o[0] == p[0] && (over.Contains(1) || o[1] == p[1]) && (over.Contains(2) || o[2] == p[2]))];
            for (int h = 0; h < 2; h++)
            {
                double[] Project(int[] at, int w) => [.. Enumerable.Range(0, 3).Select(d => weights[w + 1][h, d] + Enumerable.Range(0, 5).Sum(f => (double)x[[.. at, f]] * weights[w][f, h, d]))];
                double[] query = Project(p, 0);
                double[] e = [.. seen.Select(o => Math.Exp(Project(o, 2).Zip(query, (k, q) => k * q).Sum() / Math.Sqrt(3)))];
                for (int f = 0; f < 5; f++)
                {
                    double sum = 0;
                    for (int d = 0; d < 3; d++)
                    {
                        sum += seen.Select((o, i) => e[i] / e.Sum() * Project(o, 4)[d]).Sum() * weights[6][h, d, f];
                    }

                    expected[[.. p, f]] += (float)(sum + (h == 0 ? weights[7][f] : 0));
                }
            }
        }

        KerasNet net = new();
        Value input = net.Input(3, 4, 5);
        net.Check(expected, net.Layer("MultiHeadAttention", $$"""{"use_bias":true,"num_heads":2,"key_dim":3,"attention_axes":{{axes}}}""", [input, input], weights), x);
    }

    private static Nd Head(Nd x, Nd kernel, Nd bias, int head)
    {
        Nd y = new(x.Shape[0], x.Shape[1], kernel.Shape[2]);
        foreach (int[] at in y.Indices())
        {
            y[at] = bias[head, at[2]] + Enumerable.Range(0, x.Shape[2]).Sum(f => x[at[0], at[1], f] * kernel[f, head, at[2]]);
        }

        return y;
    }

    // What is not seen scores 1e9 lower; where nothing is seen, all counts alike.
    private static Nd Attend(Nd v, int rows, Func<int, int, int, double> score, Func<int, int, int, bool> sees)
    {
        int steps = v.Shape[1];
        Nd y = new(v.Shape[0], rows, v.Shape[2]);
        for (int n = 0; n < v.Shape[0]; n++)
        {
            for (int i = 0; i < rows; i++)
            {
                bool any = Enumerable.Range(0, steps).Any(j => sees(n, i, j));
                double[] e = [.. Enumerable.Range(0, steps).Select(j => !any ? 1 : sees(n, i, j) ? Math.Exp(score(n, i, j)) : 0)];
                for (int d = 0; d < v.Shape[2]; d++)
                {
                    y[n, i, d] = (float)(Enumerable.Range(0, steps).Sum(j => e[j] * v[n, j, d]) / e.Sum());
                }
            }
        }

        return y;
    }

    private static void Clear(Nd x, int sample, int step)
    {
        for (int d = 0; d < x.Shape[2]; d++)
        {
            x[sample, step, d] = 0;
        }
    }
}
