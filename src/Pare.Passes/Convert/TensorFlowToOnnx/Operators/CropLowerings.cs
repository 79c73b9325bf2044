namespace Pare.Passes.Conversion;

/// <summary>Parts of pictures brought to one size (<c>CropAndResize</c>), and pictures scaled by averaging areas (<c>ResizeArea</c>).</summary>
internal static class CropLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("CropAndResize", CropAndResize),
        new("ResizeArea", ResizeArea),
    ];

    // Box (y1, x1, y2, x2) in parts of the picture: row i of n is taken from y1·(H-1) + i·(y2-y1)·(H-1)/(n-1), a single one from the middle; outside the
    // picture stands the extrapolation value.
    private static void CropAndResize(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value picture = b.Cast(c.Input(0), DataType.Float32);
        Value boxes = b.Cast(c.Input(1), DataType.Float32);
        Value size = b.AsVector(c.Input(3));
        Value rows = Positions(b, boxes, 0, b.Extent(picture, 1), b.Slice(size, [0], [1], [0]), out Value rowInside);
        Value columns = Positions(b, boxes, 1, b.Extent(picture, 2), b.Slice(size, [1], [2], [0]), out Value columnInside);
        rows = b.Unsqueeze(rows, 2);
        columns = b.Unsqueeze(columns, 1);
        Value which = b.Unsqueeze(b.AsVector(c.Input(2)), 1, 2);
        Value At(Value row, Value column) => Fetch(b, picture, which, row, column);
        Value result;
        if (c.Attributes.GetString("method", "bilinear") == "nearest")
        {
            result = At(b.RoundAway(rows), b.RoundAway(columns));
        }
        else
        {
            Value top = b.Emit("Floor", [rows]), bottom = b.Emit("Ceil", [rows]), left = b.Emit("Floor", [columns]), right = b.Emit("Ceil", [columns]);
            Value down = b.Unsqueeze(b.Sub(rows, top), 3), across = b.Unsqueeze(b.Sub(columns, left), 3);
            Value upper = Between(b, At(top, left), At(top, right), across);
            Value lower = Between(b, At(bottom, left), At(bottom, right), across);
            result = Between(b, upper, lower, down);
        }

        Value inside = b.Unsqueeze(b.Emit("And", [b.Unsqueeze(rowInside, 2), b.Unsqueeze(columnInside, 1)]), 3);
        c.SetOutput(b.Where(inside, result, b.Scalar(DataType.Float32, c.Attributes.GetFloat("extrapolation_value"))));
    }

    private static Value Between(OnnxBuilder b, Value from, Value to, Value part) => b.Add(from, b.Mul(b.Sub(to, from), part));

    private static Value Positions(OnnxBuilder b, Value boxes, int axis, Value extent, Value count, out Value inside)
    {
        Value low = b.Slice(boxes, [axis], [axis + 1], [1]);
        Value high = b.Slice(boxes, [axis + 2], [axis + 3], [1]);
        Value last = b.Cast(b.Sub(extent, b.Int64s(1)), DataType.Float32);
        Value steps = b.Cast(b.Emit("Max", [b.Sub(count, b.Int64s(1)), b.Int64s(1)]), DataType.Float32);
        Value scale = b.Div(b.Mul(b.Sub(high, low), last), steps);
        Value indices = b.Unsqueeze(b.Cast(b.Indices(b.Reshape(count, [])), DataType.Float32), 0);
        Value several = b.Add(b.Mul(low, last), b.Mul(indices, scale));
        Value middle = b.Mul(b.Mul(b.Scalar(DataType.Float32, 0.5), b.Add(low, high)), last);
        Value positions = b.Where(b.Emit("Greater", [count, b.Int64s(1)]), several, middle);
        inside = b.Emit("And", [b.Emit("GreaterOrEqual", [positions, b.Scalar(DataType.Float32, 0)]), b.Emit("LessOrEqual", [positions, last])]);
        return b.Emit("Min", [b.Emit("Max", [positions, b.Scalar(DataType.Float32, 0)]), last]);
    }

    // picture[which, row, column] for all rows and columns of every box.
    private static Value Fetch(OnnxBuilder b, Value picture, Value which, Value row, Value column)
    {
        Value rows = b.Cast(row, DataType.Int64);
        Value columns = b.Cast(column, DataType.Int64);
        Value grid = b.Mul(b.Add(rows, columns), b.Scalar(DataType.Int64, 0));
        Value[] parts = [b.Unsqueeze(b.Add(which, grid), 3), b.Unsqueeze(b.Add(rows, grid), 3), b.Unsqueeze(b.Add(columns, grid), 3)];
        return b.Emit("GatherND", [picture, b.Concat(3, parts)]);
    }

    // Result position i covers the sources [i·s, (i + 1)·s); what lies past the last one counts for it. A matrix of shares an axis, divided by s.
    private static void ResizeArea(LoweringContext c)
    {
        OnnxBuilder b = c.Onnx;
        Value x = b.Cast(c.Input(0), DataType.Float32);
        Value size = b.AsVector(c.Input(1));
        bool aligned = c.Attributes.GetBoolean("align_corners");
        Value height = b.Slice(size, [0], [1], [0]);
        Value width = b.Slice(size, [1], [2], [0]);
        Value vertical = Shares(b, b.Extent(x, 1), height, aligned);
        Value horizontal = Shares(b, b.Extent(x, 2), width, aligned);
        Value shape = b.ShapeOf(x);
        Value flat = b.Reshape(x, b.Concat(0, b.ShapeOf(x, 0, 2), b.Int64s(-1)));
        Value rows = b.Reshape(b.Emit("MatMul", [vertical, flat]), b.Concat(0, b.Slice(shape, [0], [1], [0]), height, b.Slice(shape, [2], [4], [0])));
        c.SetOutput(b.Emit("MatMul", [horizontal, rows]));
    }

    private static Value Shares(OnnxBuilder b, Value extent, Value wanted, bool aligned)
    {
        Value F(double v) => b.Scalar(DataType.Float32, v);
        Value from = b.Cast(extent, DataType.Float32), to = b.Cast(wanted, DataType.Float32);
        Value scale = b.Div(from, to);
        if (aligned)
        {
            Value corners = b.Div(b.Sub(from, F(1)), b.Emit("Max", [b.Sub(to, F(1)), F(1)]));
            scale = b.Where(b.Emit("Greater", [wanted, b.Int64s(1)]), corners, scale);
        }

        Value i = b.Unsqueeze(b.Cast(b.Indices(b.Reshape(wanted, [])), DataType.Float32), 1);
        Value j = b.Unsqueeze(b.Cast(b.Indices(b.Reshape(extent, [])), DataType.Float32), 0);
        Value start = b.Mul(i, scale), end = b.Mul(b.Add(i, F(1)), scale);
        Value right = b.Where(b.Emit("Equal", [j, b.Sub(from, F(1))]), end, b.Emit("Min", [end, b.Add(j, F(1))]));
        Value share = b.Emit("Max", [b.Sub(right, b.Emit("Max", [start, j])), F(0)]);
        return b.Div(share, scale);
    }
}
