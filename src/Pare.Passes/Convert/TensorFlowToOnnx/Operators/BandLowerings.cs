namespace Pare.Passes.Conversion;

/// <summary>
/// Bands of diagonals k0..k1 of matrices, packed [k1 - k0 + 1, longest]: row m is diagonal d = k1 - m. Shorter diagonals stand left or right by <c>align</c>
/// (above the main diagonal first, then below; the main one is aligned both ways only where both say left).
/// </summary>
internal static class BandLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("MatrixDiagV2", c => MatrixDiag(c, "LEFT_LEFT")),
        new("MatrixDiagV3", c => MatrixDiag(c, "RIGHT_LEFT")),
        new("MatrixDiagPartV2", c => MatrixDiagPart(c, "LEFT_LEFT")),
        new("MatrixDiagPartV3", c => MatrixDiagPart(c, "RIGHT_LEFT")),
        new("MatrixSetDiagV2", c => MatrixSetDiag(c, "LEFT_LEFT")),
        new("MatrixSetDiagV3", c => MatrixSetDiag(c, "RIGHT_LEFT")),
        new("BatchMatrixDiagPart", c => c.SetOutput(Part(c, c.Input(0), 0, 0, "LEFT_LEFT", c.Onnx.Scalar(c.Input(0).Type, 0)))),
        new("BatchMatrixSetDiag", c => c.SetOutput(Into(c, c.Input(1), 0, 0, "LEFT_LEFT", Extent(c.Onnx, c.Input(0), -2), Extent(c.Onnx, c.Input(0), -1), c.Input(0)))),
    ];

    private static (long Low, long High) Band(LoweringContext c, int input)
    {
        long[] k = c.RequiredIntegers(input, "the diagonals");
        return k.Length switch
        {
            0 => (0, 0),
            1 => (k[0], k[0]),
            _ => k[0] <= k[1] ? (k[0], k[1]) : throw new LoweringException($"the diagonals {k[0]} to {k[1]} run backward"),
        };
    }

    private static Value L(OnnxBuilder b, long v) => b.Scalar(DataType.Int64, v);

    private static Value Extent(OnnxBuilder b, Value x, int axis) => b.Reshape(axis == -1 ? b.ShapeOf(x, -1) : b.ShapeOf(x, axis, axis + 1), []);

    private static Value Min(OnnxBuilder b, Value x, Value y) => b.Emit("Min", [x, y]);

    private static Value Max(OnnxBuilder b, Value x, Value y) => b.Emit("Max", [x, y]);

    // How far a diagonal's content stands from the left: 0, or what it is shorter than the longest.
    private static Value Offset(OnnxBuilder b, Value d, Value rows, Value columns, Value longest, string align)
    {
        string[] sides = align.Split('_');
        Value length = Min(b, b.Add(rows, Min(b, d, L(b, 0))), b.Sub(columns, Max(b, d, L(b, 0))));
        Value missing = b.Sub(longest, length);
        Value zero = L(b, 0);
        Value above = sides[0] == "LEFT" ? zero : missing;
        Value below = sides[^1] == "LEFT" ? zero : missing;
        Value middle = sides[0] == "LEFT" || sides[^1] == "LEFT" ? zero : missing;
        return b.Where(b.Emit("Equal", [d, zero]), middle, b.Where(b.Emit("Greater", [d, zero]), above, below));
    }

    private static Value Longest(OnnxBuilder b, Value rows, Value columns, long low, long high)
        => Min(b, b.Add(rows, L(b, Math.Min(high, 0))), b.Sub(columns, L(b, Math.Max(low, 0))));

    private static void MatrixDiagPart(LoweringContext c, string align)
    {
        (long low, long high) = Band(c, 1);
        c.SetOutput(Part(c, c.Input(0), low, high, c.Attributes.GetString("align", align), c.Onnx.Reshape(c.Input(2), [])));
    }

    private static Value Part(LoweringContext c, Value x, long low, long high, string align, Value padding)
    {
        OnnxBuilder b = c.Onnx;
        Value rows = Extent(b, x, -2), columns = Extent(b, x, -1);
        Value longest = Longest(b, rows, columns, low, high);
        Value d = b.Unsqueeze(b.Sub(L(b, high), b.Indices(L(b, high - low + 1))), 1);
        Value place = b.Sub(b.Unsqueeze(b.Indices(longest), 0), Offset(b, d, rows, columns, longest, align));
        Value row = b.Sub(place, Min(b, d, L(b, 0))), column = b.Add(place, Max(b, d, L(b, 0)));
        Value inside = b.Emit("And", [b.Emit("GreaterOrEqual", [place, L(b, 0)]), b.Emit("And", [b.Emit("Less", [row, rows]), b.Emit("Less", [column, columns])])]);
        Value at = b.Where(inside, b.Add(b.Mul(row, columns), column), L(b, 0));
        Value flat = b.Reshape(x, b.Concat(0, b.ShapeOf(x, 0, -2), b.Int64s(-1)));
        Value band = b.Select(inside, b.Emit("Gather", [flat, at], ("axis", AttributeValue.Of(-1L))), padding);
        return low == high ? b.Squeeze(band, -2) : band;
    }

    private static void MatrixDiag(LoweringContext c, string align)
    {
        OnnxBuilder b = c.Onnx;
        (long low, long high) = Band(c, 1);
        Value longest = Extent(b, c.Input(0), -1);
        Value leastRows = b.Sub(longest, L(b, Math.Min(high, 0))), leastColumns = b.Add(longest, L(b, Math.Max(low, 0)));
        long rows = c.RequiredInteger(2, "the number of rows"), columns = c.RequiredInteger(3, "the number of columns");
        Value square = Max(b, leastRows, leastColumns);
        Value Size(long given, long other, Value least) => given >= 0 ? L(b, given) : other >= 0 ? least : square;
        Value y = Into(c, c.Input(0), low, high, c.Attributes.GetString("align", align), Size(rows, columns, leastRows), Size(columns, rows, leastColumns), b.Reshape(c.Input(4), []));
        c.SetOutput(y);
    }

    private static void MatrixSetDiag(LoweringContext c, string align)
    {
        (long low, long high) = Band(c, 2);
        Value x = c.Input(0);
        c.SetOutput(Into(c, c.Input(1), low, high, c.Attributes.GetString("align", align), Extent(c.Onnx, x, -2), Extent(c.Onnx, x, -1), x));
    }

    // Element (i, j) is on diagonal j - i; outside the band stands what is given.
    private static Value Into(LoweringContext c, Value diagonals, long low, long high, string align, Value rows, Value columns, Value elsewhere)
    {
        OnnxBuilder b = c.Onnx;
        Value band = low == high ? b.Unsqueeze(diagonals, -2) : diagonals;
        Value longest = Extent(b, band, -1);
        Value i = b.Unsqueeze(b.Indices(rows), 1), j = b.Unsqueeze(b.Indices(columns), 0);
        Value d = b.Sub(j, i);
        Value inside = b.Emit("And", [b.Emit("GreaterOrEqual", [d, L(b, low)]), b.Emit("LessOrEqual", [d, L(b, high)])]);
        Value place = b.Add(b.Add(i, Min(b, d, L(b, 0))), Offset(b, d, rows, columns, longest, align));
        Value at = b.Where(inside, b.Add(b.Mul(b.Sub(L(b, high), d), longest), place), L(b, 0));
        Value flat = b.Reshape(band, b.Concat(0, b.ShapeOf(band, 0, -2), b.Int64s(-1)));
        return b.Select(inside, b.Emit("Gather", [flat, at], ("axis", AttributeValue.Of(-1L))), elsewhere);
    }
}
