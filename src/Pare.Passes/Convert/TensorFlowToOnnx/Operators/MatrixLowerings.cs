namespace Pare.Passes.Conversion;

/// <summary>Bands and diagonals of matrices, which are the last two axes.</summary>
internal static class MatrixLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("MatrixBandPart", MatrixBandPart),
        new("BatchMatrixBandPart", MatrixBandPart),
        new("MatrixDiag", c => c.SetOutput(Diagonal(c.Onnx, c.Input(0), 0, null, null, null))),
        new("BatchMatrixDiag", c => c.SetOutput(Diagonal(c.Onnx, c.Input(0), 0, null, null, null))),
        new("MatrixDiagPart", c => c.SetOutput(DiagonalPart(c.Onnx, c.Input(0), 0))),
        new("MatrixSetDiag", MatrixSetDiag),
        new("Diag", Diag),
        new("DiagPart", DiagPart),
    ];

    // Element (i, j) stays where i - j <= lower and j - i <= upper; a negative bound is none.
    private static void MatrixBandPart(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value difference = RowMinusColumn(b, Extent(b, x, -2), Extent(b, x, -1));
        Value below = Within(b, difference, b.AsScalar(c.Input(1)));
        Value above = Within(b, b.Emit("Neg", [difference]), b.AsScalar(c.Input(2)));
        c.SetOutput(b.Select(b.Emit("And", [below, above]), x, b.Scalar(x.Type, 0)));
    }

    private static Value Within(OnnxBuilder b, Value distance, Value bound)
        => b.Emit("Or", [b.Emit("Less", [bound, b.Scalar(DataType.Int64, 0)]), b.Emit("LessOrEqual", [distance, bound])]);

    private static Value Extent(OnnxBuilder b, Value x, int axis) => b.Reshape(axis == -1 ? b.ShapeOf(x, -1) : b.ShapeOf(x, axis, axis + 1), []);

    private static Value RowMinusColumn(OnnxBuilder b, Value rows, Value columns) => b.Sub(b.Unsqueeze(b.Indices(rows), 1), b.Unsqueeze(b.Indices(columns), 0));

    /// <summary>A matrix with a vector (the last axis) on diagonal <paramref name="k"/> and the filling elsewhere. Where neither rows nor columns are given the matrix is square; where one is, the other is what the diagonal needs.</summary>
    private static Value Diagonal(OnnxBuilder b, Value x, long k, Value? rows, Value? columns, Value? filling)
    {
        Value length = Extent(b, x, -1);
        bool square = rows is null && columns is null;
        rows ??= b.Add(length, b.Scalar(DataType.Int64, square ? Math.Abs(k) : Math.Max(-k, 0)));
        columns ??= b.Add(length, b.Scalar(DataType.Int64, square ? Math.Abs(k) : Math.Max(k, 0)));
        Value places = b.Add(b.Indices(rows), b.Scalar(DataType.Int64, Math.Min(k, 0)));
        Value last = b.Sub(length, b.Scalar(DataType.Int64, 1));
        Value inside = b.Emit("Min", [b.Emit("Max", [places, b.Scalar(DataType.Int64, 0)]), last]);
        Value spread = b.Unsqueeze(b.Emit("Gather", [x, inside], ("axis", AttributeValue.Of(-1L))), -1);
        Value on = b.Emit("Equal", [RowMinusColumn(b, rows, columns), b.Scalar(DataType.Int64, -k)]);
        return b.Select(on, spread, filling ?? b.Scalar(x.Type, 0));
    }

    private static Value DiagonalPart(OnnxBuilder b, Value x, long k)
    {
        Value rows = b.Sub(Extent(b, x, -2), b.Scalar(DataType.Int64, Math.Max(-k, 0)));
        Value columns = b.Sub(Extent(b, x, -1), b.Scalar(DataType.Int64, Math.Max(k, 0)));
        Value places = b.Indices(b.Emit("Min", [rows, columns]));
        Value row = b.Add(places, b.Scalar(DataType.Int64, Math.Max(-k, 0)));
        Value column = b.Add(places, b.Scalar(DataType.Int64, Math.Max(k, 0)));

        // The two last axes as one, in which the diagonal's elements are fetched.
        Value flat = b.Reshape(x, b.Concat(0, b.ShapeOf(x, 0, -2), b.Int64s(-1)));
        return b.Emit("Gather", [flat, b.Add(b.Mul(row, Extent(b, x, -1)), column)], ("axis", AttributeValue.Of(-1L)));
    }

    private static void MatrixSetDiag(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value diagonal = Diagonal(b, c.Input(1), 0, Extent(b, x, -2), Extent(b, x, -1), null);
        Value on = b.Emit("Equal", [RowMinusColumn(b, Extent(b, x, -2), Extent(b, x, -1)), b.Scalar(DataType.Int64, 0)]);
        c.SetOutput(b.Select(on, diagonal, x));
    }

    // A tensor of shape s becomes one of shape s + s, zero but where both halves of the index agree.
    private static void Diag(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        Value shape = b.ShapeOf(x);
        c.SetOutput(b.Reshape(Diagonal(b, b.Reshape(x, -1), 0, null, null, null), b.Concat(0, shape, shape)));
    }

    private static void DiagPart(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = c.Input(0);
        int half = c.RankOf(x) / 2;
        Value shape = b.ShapeOf(x, 0, half);
        Value count = b.Emit("ReduceProd", [shape], ("keepdims", AttributeValue.Of(1L)));
        c.SetOutput(b.Reshape(DiagonalPart(b, b.Reshape(x, b.Concat(0, count, count)), 0), shape));
    }
}
