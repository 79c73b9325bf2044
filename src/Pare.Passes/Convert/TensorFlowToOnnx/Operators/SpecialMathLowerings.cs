namespace Pare.Passes.Conversion;

/// <summary>Special functions that ONNX does not have, computed in binary64 from series, and losses.</summary>
internal static class SpecialMathLowerings
{
    // Lanczos' approximation with g = 7 and nine terms (Godfrey's coefficients): relative error below 1e-14 for x >= 0.5.
    private static readonly double[] s_lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Lgamma", c => InDouble(c, LogGamma)),
        new("Digamma", c => InDouble(c, Digamma)),
        new("Erfinv", c => InDouble(c, ErfInverse)),
        new("Ndtri", c => InDouble(c, (b, p) => b.Mul(ErfInverse(b, b.Sub(b.Mul(p, D(b, 2)), D(b, 1))), D(b, Math.Sqrt(2))))),
        new("SoftmaxCrossEntropyWithLogits", CrossEntropy),
        new("SparseSoftmaxCrossEntropyWithLogits", SparseCrossEntropy),
    ];

    private static Value D(OnnxBuilder b, double v) => b.Scalar(DataType.Float64, v);

    private static Value Log(OnnxBuilder b, Value x) => b.Emit("Log", [x]);

    private static void InDouble(LoweringContext c, Func<OnnxBuilder, Value, Value> function)
        => c.SetOutput(c.Onnx.Cast(function(c.Onnx, c.Onnx.Cast(c.Input(0), DataType.Float64)), c.Input(0).Type));

    private static Value Sine(OnnxBuilder b, Value x)
    {
        // sin(πx) by what is left of x after whole turns, so that whole numbers give 0 exactly.
        Value part = b.Sub(x, b.Mul(D(b, 2), b.Emit("Round", [b.Mul(x, D(b, 0.5))])));
        Value whole = b.Emit("Equal", [part, b.Emit("Floor", [part])]);
        return b.Where(whole, D(b, 0), b.Emit("Sin", [b.Mul(part, D(b, Math.PI))]));
    }

    private static Value LogGamma(OnnxBuilder b, Value x)
    {
        Value mirrored = b.Emit("Less", [x, D(b, 0.5)]);
        Value z = b.Sub(b.Where(mirrored, b.Sub(D(b, 1), x), x), D(b, 1));
        Value sum = D(b, s_lanczos[0]);
        for (int i = 1; i < s_lanczos.Length; i++)
        {
            sum = b.Add(sum, b.Div(D(b, s_lanczos[i]), b.Add(z, D(b, i))));
        }

        Value t = b.Add(z, D(b, 7.5));
        Value direct = b.Add(b.Sub(b.Add(D(b, 0.5 * Math.Log(2 * Math.PI)), b.Mul(b.Add(z, D(b, 0.5)), Log(b, t))), t), Log(b, sum));
        Value reflected = b.Sub(Log(b, b.Div(D(b, Math.PI), b.Emit("Abs", [Sine(b, x)]))), direct);
        return b.Where(mirrored, reflected, direct);
    }

    // Ten steps up by ψ(x) = ψ(x + 1) - 1/x, then the asymptotic series; left of 0.5 by ψ(1 - x) - π/tan(πx).
    private static Value Digamma(OnnxBuilder b, Value x)
    {
        Value mirrored = b.Emit("Less", [x, D(b, 0.5)]);
        Value z = b.Where(mirrored, b.Sub(D(b, 1), x), x);
        Value down = D(b, 0);
        for (int i = 0; i < 10; i++)
        {
            down = b.Add(down, b.Div(D(b, 1), b.Add(z, D(b, i))));
        }

        Value y = b.Add(z, D(b, 10));
        Value inverse = b.Div(D(b, 1), b.Mul(y, y));
        Value series = D(b, 0);
        foreach (double term in new[] { 1.0 / 132, -1.0 / 240, 1.0 / 252, -1.0 / 120, 1.0 / 12 })
        {
            series = b.Mul(inverse, b.Add(series, D(b, term)));
        }

        Value direct = b.Sub(b.Sub(b.Sub(Log(b, y), b.Div(D(b, 0.5), y)), series), down);
        Value angle = b.Mul(x, D(b, Math.PI));
        Value reflected = b.Sub(direct, b.Div(b.Mul(D(b, Math.PI), b.Emit("Cos", [angle])), Sine(b, x)));
        return b.Where(mirrored, reflected, direct);
    }

    // Giles' polynomials (Approximating the erfinv function, 2011): relative error below 4e-7 in binary32's range.
    private static Value ErfInverse(OnnxBuilder b, Value x)
    {
        Value w = b.Emit("Neg", [Log(b, b.Mul(b.Sub(D(b, 1), x), b.Add(D(b, 1), x)))]);
        Value near = Polynomial(b, b.Sub(w, D(b, 2.5)), [2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941]);
        Value far = Polynomial(b, b.Sub(b.Emit("Sqrt", [b.Emit("Max", [w, D(b, 0)])]), D(b, 3)), [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682]);
        Value inner = b.Mul(x, b.Where(b.Emit("Less", [w, D(b, 5)]), near, far));
        Value end = b.Emit("Equal", [b.Emit("Abs", [x]), D(b, 1)]);
        return b.Where(end, b.Mul(x, D(b, double.PositiveInfinity)), inner);
    }

    private static Value Polynomial(OnnxBuilder b, Value x, double[] coefficients)
    {
        Value sum = D(b, coefficients[0]);
        foreach (double next in coefficients[1..])
        {
            sum = b.Add(b.Mul(sum, x), D(b, next));
        }

        return sum;
    }

    // Loss -Σ label·log softmax, and its gradient softmax - label.
    private static void CrossEntropy(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value logits = b.AsFloat(c.Input(0));
        Value labels = b.AsFloat(c.Input(1));
        Value log = b.Emit("LogSoftmax", [logits], ("axis", AttributeValue.Of(-1L)));
        c.SetOutput(0, b.Cast(b.Emit("Neg", [b.Reduce("ReduceSum", b.Mul(labels, log), [-1], false)]), c.Input(0).Type));
        c.SetOutput(1, b.Cast(b.Sub(b.Emit("Exp", [log]), labels), c.Input(0).Type));
    }

    private static void SparseCrossEntropy(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value logits = b.AsFloat(c.Input(0));
        Value labels = b.Cast(c.Input(1), DataType.Int64);
        Value log = b.Emit("LogSoftmax", [logits], ("axis", AttributeValue.Of(-1L)));
        Value chosen = b.Squeeze(b.Emit("GatherElements", [log, b.Unsqueeze(labels, -1)], ("axis", AttributeValue.Of(-1L))), -1);
        c.SetOutput(0, b.Cast(b.Emit("Neg", [chosen]), c.Input(0).Type));
        Value classes = b.Reshape(b.ShapeOf(logits, -1), []);
        Value hot = b.Emit("OneHot", [labels, classes, b.Constant(DenseTensorData.Create([0f, 1f], new TensorShape(2)))], ("axis", AttributeValue.Of(-1L)));
        c.SetOutput(1, b.Cast(b.Sub(b.Emit("Exp", [log]), b.Cast(hot, log.Type)), c.Input(0).Type));
    }
}
