namespace Pare.Passes.Conversion;

/// <summary>
/// Complex numbers and Fourier transforms. ONNX has no complex type: a complex tensor is one of real numbers with an axis more, the last, of real and imaginary part.
/// Only the operators here take such tensors; any other is refused.
/// </summary>
internal static class ComplexLowerings
{
    private static readonly HashSet<string> s_passing = ["Identity", "StopGradient", "IdentityN", "Switch", "Merge"];

    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("RFFT", c => Forward(c, 1, real: true)),
        new("RFFT2D", c => Forward(c, 2, real: true)),
        new("FFT", c => Forward(c, 1, real: false)),
        new("FFT2D", c => Forward(c, 2, real: false)),
        new("IFFT", c => Inverse(c, 1)),
        new("IFFT2D", c => Inverse(c, 2)),
        new("IRFFT", InverseReal),
        new("Complex", c => Set(c, c.Onnx.Concat(-1, c.Onnx.Unsqueeze(c.Input(0), -1), c.Onnx.Unsqueeze(c.Input(1), -1)))),
        new("Real", c => c.SetOutput(Part(c, 0))),
        new("Imag", c => c.SetOutput(Part(c, 1))),
        new("ComplexAbs", c => c.SetOutput(c.Onnx.Emit("Sqrt", [c.Onnx.Reduce("ReduceSum", c.Onnx.Mul(Complex(c, 0), Complex(c, 0)), [-1], false)]))),
        new("Angle", c => c.SetOutput(BinaryMathLowerings.Atan2(c.Onnx, Part(c, 1), Part(c, 0)))),
        new("Conj", Conjugate),
    ];

    /// <summary>Refuses nodes that take complex numbers and do not know how they are kept.</summary>
    /// <exception cref="LoweringException">The node does.</exception>
    public static void Check(Node node, Func<Value, bool> isComplex)
    {
        if (node.Inputs.Any(v => v is not null && isComplex(v)) && !s_passing.Contains(node.Operator) && !All.Any(l => l.Key == node.Operator))
        {
            throw new LoweringException($"{node.Operator} of complex numbers has no counterpart in ONNX");
        }
    }

    private static Value Complex(LoweringContext c, int input) => c.Converter.IsComplex(c.Input(input)) ? c.Input(input) : throw new LoweringException($"input {input} is no complex tensor that a supported operator made");

    private static void Set(LoweringContext c, Value value)
    {
        c.Converter.MarkComplex(value);
        c.SetOutput(value);
    }

    private static Value Part(LoweringContext c, int part) => c.Onnx.Emit("Gather", [Complex(c, 0), c.Onnx.Scalar(DataType.Int64, part)], ("axis", AttributeValue.Of(-1L)));

    private static void Conjugate(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = Complex(c, 0);
        Set(c, b.Mul(x, b.Cast(b.Floats(1, -1), x.Type)));
    }

    // Cuts off or fills up with zeros along an axis counted from the end (-1 the last before the parts).
    private static Value Sized(LoweringContext c, Value x, int fromEnd, long length)
    {
        OnnxBuilder b = c.Onnx;
        int rank = c.RankOf(x);
        int axis = rank + fromEnd;
        x = b.Slice(x, [0], [length], [axis]);
        Value missing = b.Emit("Max", [b.Sub(b.Int64s(length), b.Extent(x, axis)), b.Int64s(0)]);
        Value before = b.Int64s([.. Enumerable.Repeat(0L, rank + axis)]);
        return axis == rank - 1 ? b.OnData("Pad", x, [b.Concat(0, before, missing)]) : b.OnData("Pad", x, [b.Concat(0, before, missing, b.Int64s([.. Enumerable.Repeat(0L, rank - axis - 1)]))]);
    }

    private static Value Transform(LoweringContext c, Value x, int fromEnd, bool inverse, bool oneSided)
    {
        OnnxBuilder b = c.Onnx;
        int rank = c.RankOf(x);
        Value axis = b.Scalar(DataType.Int64, rank - 1 + fromEnd);
        SymbolicShape shape = OnnxInference.Shape([.. x.Shape!.Dimensions.Take(rank - 1).Select((d, i) => i == rank - 1 + fromEnd && oneSided ? new Dimension((d.Value / 2) + 1) : d), 2]);
        return b.Emit("DFT", [x, null, axis], x.Type, shape, ("inverse", AttributeValue.Of(inverse ? 1L : 0L)), ("onesided", AttributeValue.Of(oneSided ? 1L : 0L)));
    }

    private static void Forward(LoweringContext c, int axes, bool real)
    {
        OnnxBuilder b = c.Onnx;
        Value x = real ? c.Input(0) : Complex(c, 0);
        if (real)
        {
            long[] lengths = c.RequiredIntegers(1, "the transform's length");
            for (int i = 0; i < axes; i++)
            {
                x = Sized(c, x, i - axes, lengths[i]);
            }

            x = b.Unsqueeze(x, -1);
        }

        Value y = Transform(c, x, -1, false, real);
        Set(c, axes == 2 ? Transform(c, y, -2, false, false) : y);
    }

    private static void Inverse(LoweringContext c, int axes)
    {
        Value y = Transform(c, Complex(c, 0), -1, true, false);
        Set(c, axes == 2 ? Transform(c, y, -2, true, false) : y);
    }

    // The other half of the spectrum of real numbers is the first half's conjugate, turned round: of n bins 0..n/2 come, n/2+1.. are missing.
    private static void InverseReal(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        long length = c.RequiredInteger(1, "the transform's length");
        Value half = Complex(c, 0);
        int axis = c.RankOf(half) - 2;
        half = Sized(c, half, -2, (length / 2) + 1);

        // Bins 0 and n/2 are real: an imaginary part there counts nothing.
        Value mirrored = b.Slice(half, [(length - 1) / 2], [0], [axis], [-1]);
        Value all = length > 2 ? b.Concat(axis, half, b.Mul(mirrored, b.Cast(b.Floats(1, -1), half.Type))) : half;
        Value y = Transform(c, all, -1, true, false);
        c.SetOutput(b.Emit("Gather", [y, b.Scalar(DataType.Int64, 0)], ("axis", AttributeValue.Of(-1L))));
    }
}
