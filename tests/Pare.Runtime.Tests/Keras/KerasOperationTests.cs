using Xunit;

namespace Pare.Runtime.Tests.Keras;

/// <summary>Plain operations of Keras 2 and 3, products by equations, and products of two tensors.</summary>
public class KerasOperationTests
{
    private static readonly Nd s_x = Nd.Random(1, 2, 3, 4);

    [Theory]
    [InlineData("ab,bc->ac", "c", new[] { 2, 4 }, new[] { 4, 5 }, new[] { 5 })]
    [InlineData("abc,cde->abde", "de", new[] { 2, 3, 4 }, new[] { 4, 5, 2 }, new[] { 5, 2 })]
    [InlineData("...x,xy->...y", "y", new[] { 2, 3, 4 }, new[] { 4, 5 }, new[] { 5 })]
    [InlineData("abc,bd->acd", "d", new[] { 2, 3, 4 }, new[] { 3, 5 }, new[] { 5 })]
    public void EinsumDense_Equation_SumsOverWhatIsNotNamed(string equation, string biasAxes, int[] shape, int[] kernelShape, int[] biasShape)
    {
        Nd x = Nd.Random(2, shape);
        Nd kernel = Nd.Random(3, kernelShape);
        Nd bias = Nd.Random(4, biasShape);
        string plain = equation.Replace("...", "pq"[^(shape.Length - 1)..], StringComparison.Ordinal);
        Nd expected = Einsum(plain, x, kernel);
        foreach (int[] at in expected.Indices())
        {
            expected[at] += bias[at.AsSpan(at.Length - biasShape.Length)];
        }

        KerasNet.Check(expected, "EinsumDense", $$"""{"equation":"{{equation}}","bias_axes":"{{biasAxes}}","activation":"linear"}""", x, kernel, bias);
    }

    [Theory]
    [InlineData("[1,1]", new[] { 2, 5, 3 }, new[] { 2, 5, 4 }, "nkr,nkc->nrc")]
    [InlineData("2", new[] { 2, 3, 5 }, new[] { 2, 4, 5 }, "nrk,nck->nrc")]
    [InlineData("1", new[] { 2, 5 }, new[] { 2, 5 }, "nk,nk->n")]
    [InlineData("[1,2]", new[] { 2, 5 }, new[] { 2, 4, 5 }, "nk,nck->nc")]
    [InlineData("[2,1]", new[] { 2, 3, 5, 2 }, new[] { 2, 5, 4 }, "nakb,nkc->nabc")]
    public void Dot_Axes_SumsAlongThem(string axes, int[] first, int[] second, string equation)
    {
        Nd x = Nd.Random(5, first);
        Nd y = Nd.Random(6, second);
        Nd expected = Einsum(equation, x, y);
        KerasNet.Check(expected.Shape.Length == 1 ? expected.Reshape(2, 1) : expected, "Dot", $$"""{"axes":{{axes}},"normalize":false}""", [x, y]);
    }

    [Fact]
    public void Dot_Normalized_IsTheCosine()
    {
        Nd x = Nd.Random(7, 2, 5);
        Nd y = Nd.Random(8, 2, 5);
        Nd dot = Einsum("nk,nk->n", x, y);
        Nd a = Einsum("nk,nk->n", x, x);
        Nd b = Einsum("nk,nk->n", y, y);
        KerasNet.Check(new Nd([.. dot.Data.Select((d, i) => (float)(d / Math.Sqrt(a.Data[i] * b.Data[i])))], 2, 1), "Dot", """{"axes":1,"normalize":true}""", [x, y]);
    }

    /// <summary>Keras 3's class, its configuration, and what it does to an element.</summary>
    public static TheoryData<string, string, Func<float, double>> Unary { get; } = new()
    {
        { "Sqrt", "", x => Math.Sqrt(x) },
        { "Log2", "", x => Math.Log2(x) },
        { "Expm1", "", x => Math.Exp(x) - 1 },
        { "HardSilu", "", x => x * Math.Clamp((x + 3) / 6, 0, 1) },
        { "Celu", "", x => x },
        { "SparsePlus", "", x => x < 1 ? (x + 1) * (x + 1) / 4 : x },
        { "Gelu", "\"approximate\":true", x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) },
        { "Clip", "\"x_min\":0.25,\"x_max\":0.5", x => Math.Clamp(x, 0.25, 0.5) },
        { "LeakyRelu", "\"negative_slope\":0.1", x => x },
        { "Reciprocal", "", x => 1 / x },
        { "Tan", "", x => Math.Tan(x) },
    };

    [Theory]
    [MemberData(nameof(Unary))]
    public void Operation_OfOneTensor_WorksOnEachElement(string name, string config, Func<float, double> reference)
    {
        Nd positive = s_x.Map(v => Math.Abs(v) + 0.1f);
        KerasNet.Check(positive.Map(v => (float)reference(v)), $"keras.ops::{name}", $"{{{config}}}", positive);
    }

    [Fact]
    public void Operations_MoveAndSplit_AsNumPyDoes()
    {
        Check("Transpose", """{"axes":[0,2,1]}""", s_x.Transpose(0, 2, 1));
        Check("Swapaxes", """{"axis1":1,"axis2":-1}""", s_x.Transpose(0, 2, 1));
        Check("Moveaxis", """{"source":2,"destination":1}""", s_x.Transpose(0, 2, 1));
        Check("Reshape", """{"newshape":[-1,6,2]}""", s_x.Reshape(2, 6, 2));
        Check("Flip", """{"axis":1}""", Moved(at => [at[0], 2 - at[1], at[2]]));
        Check("Roll", """{"shift":1,"axis":2}""", Moved(at => [at[0], at[1], (at[2] + 3) % 4]));
        Check("Repeat", """{"repeats":2,"axis":1}""", Moved(at => [at[0], at[1] / 2, at[2]], 2, 6, 4));
        Check("Tile", """{"repeats":[1,2,1]}""", Moved(at => [at[0], at[1] % 3, at[2]], 2, 6, 4));
        Check("Mean", """{"axis":[1],"keepdims":true}""", Einsum("nab,a->nb", s_x, new Nd([1 / 3f, 1 / 3f, 1 / 3f], 3)).Reshape(2, 1, 4));
        Check("Var", """{"axis":-1}""", Reduced(r => r.Average(v => (v - r.Average()) * (v - r.Average()))));
        Check("Logsumexp", """{"axis":-1}""", Reduced(r => Math.Log(r.Sum(Math.Exp))));
        Check("Argmax", """{"axis":-1}""", Reduced(r => Array.IndexOf(r, r.Max())));
        Check("Cumsum", """{"axis":1}""", Moved(at => at).Zip(s_x, (p, _) => p), at => Enumerable.Range(0, at[1] + 1).Sum(i => s_x[at[0], i, at[2]]));
        Check("Pad", """{"pad_width":[[0,0],[1,0],[0,2]],"mode":"reflect"}""", Moved(at => [at[0], at[1] == 0 ? 1 : at[1] - 1, at[2] < 4 ? at[2] : 6 - at[2]], 2, 4, 6));
        Check("GetItem", """{"call":{"args":[{"$input":0},{"class_name":"__tuple__","config":{"value":[{"class_name":"__slice__","config":{"start":null,"stop":null,"step":null}},-1,{"class_name":"__slice__","config":{"start":3,"stop":null,"step":-2}}]}}],"kwargs":{}}}""", Moved(at => [at[0], 2, 3 - (2 * at[1])], 2, 2));
    }

    [Fact]
    public void Split_PlacesAndSizes_CutAlongTheAxis()
    {
        KerasNet net = new("3.3.0");
        Value x = net.Input(3, 4);
        IReadOnlyList<Value> parts = net.Layers("keras.ops::Split", """{"indices_or_sections":[1,3],"axis":2}""", [x], 3);
        IReadOnlyList<Value> sizes = net.Layers("TFOpLambda", """{"function":"split","call":{"args":[{"$input":0}],"kwargs":{"num_or_size_splits":[1,-1],"axis":1}}}""", [x], 2);
        IReadOnlyList<TensorData> results = net.Run([.. parts, .. sizes], s_x.ToTensor());
        KerasNet.Close(Moved(at => at, 2, 3, 1), results[0]);
        KerasNet.Close(Moved(at => [at[0], at[1], at[2] + 1], 2, 3, 2), results[1]);
        KerasNet.Close(Moved(at => [at[0], at[1], at[2] + 3], 2, 3, 1), results[2]);
        KerasNet.Close(Moved(at => at, 2, 1, 4), results[3]);
        KerasNet.Close(Moved(at => [at[0], at[1] + 1, at[2]], 2, 2, 4), results[4]);
    }

    [Fact]
    public void TFOpLambda_ComputedShape_IsFollowed()
    {
        // tf.reshape(x, (tf.shape(x)[0] * 2, 6)).
        KerasNet net = new();
        Value x = net.Input(3, 4);
        Value shape = net.Layer("TFOpLambda", """{"function":"compat.v1.shape"}""", [x]);
        Value batch = net.Layer("SlicingOpLambda", """{"function":"__operators__.getitem","call":{"args":[{"$input":0}],"kwargs":{"slice_spec":0}}}""", [shape]);
        Value twice = net.Layer("TFOpLambda", """{"function":"math.multiply","call":{"args":[{"$input":0},2],"kwargs":{}}}""", [batch]);
        Value y = net.Layer("TFOpLambda", """{"function":"reshape","call":{"args":[{"$input":0},[{"$input":1},6]],"kwargs":{}}}""", [x, twice]);
        net.Check(s_x.Reshape(4, 6), y, s_x);
    }

    [Fact]
    public void TFOpLambda_ComparisonAndChoice_PickElements()
    {
        KerasNet net = new();
        Value x = net.Input(3, 4);
        Value positive = net.Layer("TFOpLambda", """{"function":"math.greater","call":{"args":[{"$input":0},0.25],"kwargs":{}}}""", [x]);
        Value y = net.Layer("TFOpLambda", """{"function":"where","call":{"args":[{"$input":0},{"$input":1},-1.0],"kwargs":{}}}""", [positive, x]);
        net.Check(s_x.Map(v => v > 0.25f ? v : -1), y, s_x);
    }

    private static void Check(string name, string config, Nd expected, Func<int[], float>? each = null)
    {
        if (each is not null)
        {
            expected = new Nd(expected.Shape);
            foreach (int[] at in expected.Indices())
            {
                expected[at] = each(at);
            }
        }

        KerasNet.Check(expected, $"keras.ops::{name}", config, s_x);
    }

    private static Nd Moved(Func<int[], int[]> from, params int[] shape)
    {
        Nd y = new(shape.Length == 0 ? s_x.Shape : shape);
        foreach (int[] at in y.Indices())
        {
            y[at] = s_x[from(at)];
        }

        return y;
    }

    private static Nd Reduced(Func<double[], double> f)
    {
        Nd y = new(2, 3);
        foreach (int[] at in y.Indices())
        {
            y[at] = (float)f([.. Enumerable.Range(0, 4).Select(i => (double)s_x[at[0], at[1], i])]);
        }

        return y;
    }

    // Every combination of the letters adds a product to the result.
    private static Nd Einsum(string equation, Nd x, Nd y)
    {
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        char[] letters = [.. sides[0].Where(char.IsAsciiLetter).Distinct()];
        int[] extents = [.. letters.Select(l => terms[0].Contains(l) ? x.Shape[terms[0].IndexOf(l)] : y.Shape[terms[1].IndexOf(l)])];
        int[] Places(string term) => [.. term.Select(l => Array.IndexOf(letters, l))];
        int[] px = Places(terms[0]);
        int[] py = Places(terms[1]);
        int[] pr = Places(sides[1]);
        Nd result = new([.. pr.Select(p => extents[p])]);
        foreach (int[] at in Nd.IndicesOf(extents))
        {
            result[[.. pr.Select(p => at[p])]] += x[[.. px.Select(p => at[p])]] * y[[.. py.Select(p => at[p])]];
        }

        return result;
    }
}
