namespace Pare.Passes.Optimize;

/// <summary>How an operator on binary32 becomes one on codes.</summary>
/// <param name="Name">The operator on codes.</param>
/// <param name="Types">Its type attributes.</param>
/// <param name="Kept">Attributes taken over where they stand.</param>
/// <param name="IsWide">Whether the result is of 32 bits and must be brought back to 8.</param>
/// <param name="Plain">The input that stays as it is, or -1.</param>
/// <param name="RangesApart">Whether all least values come before all greatest ones.</param>
internal sealed record EightBitOperator(string Name, IReadOnlyDictionary<string, DataType> Types, string[] Kept, bool IsWide, int Plain = -1, bool RangesApart = false)
{
    private static readonly Dictionary<string, EightBitOperator> s_all = new(StringComparer.Ordinal)
    {
        ["Add"] = new("QuantizedAdd", Two("T1", "T2", "Toutput"), [], true),
        ["AvgPool"] = new("QuantizedAvgPool", One("T"), ["ksize", "strides", "padding"], false),
        ["BiasAdd"] = new("QuantizedBiasAdd", Two("T1", "T2", "out_type"), [], true),
        ["Concat"] = new("QuantizedConcat", One("T"), ["N"], false, 0, true),
        ["Conv2D"] = new("QuantizedConv2D", Two("Tinput", "Tfilter", "out_type"), ["strides", "padding"], true),
        ["MatMul"] = new("QuantizedMatMul", Two("T1", "T2", "Toutput"), ["transpose_a", "transpose_b"], true),
        ["MaxPool"] = new("QuantizedMaxPool", One("T"), ["ksize", "strides", "padding"], false),
        ["Mul"] = new("QuantizedMul", Two("T1", "T2", "Toutput"), [], true),
        ["Relu"] = new("QuantizedRelu", One("Tinput"), [], false),
        ["Relu6"] = new("QuantizedRelu6", One("Tinput"), [], false),
        ["Reshape"] = new("QuantizedReshape", One("T"), ["Tshape"], false, 1),
        ["ResizeBilinear"] = new("QuantizedResizeBilinear", One("T"), ["align_corners", "half_pixel_centers"], false, 1),
    };

    /// <summary>The counterpart of a node's operator, or null.</summary>
    public static EightBitOperator? Find(Node node) => node.Domain.Length == 0 ? s_all.GetValueOrDefault(node.Operator) : null;

    /// <summary>Whether TensorFlow's kernel on codes can do what this node does in binary32.</summary>
    public bool Accepts(Node node, ShapeFacts shapes)
    {
        AttributeMap a = node.Attributes;
        if (a.GetDataType("T", DataType.Float32) != DataType.Float32 || node.Inputs.Count == 0 || node.Inputs.Contains(null) || node.Outputs.Count != 1 || a.GetString("data_format", "NHWC") != "NHWC")
        {
            return false;
        }

        for (int i = 0; i < node.Inputs.Count; i++)
        {
            // An input of 0 values has no range; one that is not finite has none either.
            if (i != Plain && node.Inputs[i]!.Constant is { } c && (c.Type != DataType.Float32 || c.Count == 0 || !Array.TrueForAll(c.ToFloats(), float.IsFinite)))
            {
                return false;
            }
        }

        return node.Operator switch
        {
            "Conv2D" => node.Inputs.Count == 2 && a.GetString("padding") is "SAME" or "VALID" && (a.GetIntegers("dilations") ?? []).All(d => d == 1)
                && a.GetIntegers("strides") is [1, var rows, var columns, 1] && rows == columns && !IsGrouped(node, shapes),
            "AvgPool" or "MaxPool" => node.Inputs.Count == 1 && a.GetString("padding") is "SAME" or "VALID" && a.GetIntegers("ksize") is [1, _, _, 1] && a.GetIntegers("strides") is [1, _, _, 1],
            "Add" or "Mul" => node.Inputs.Count == 2 && CanJoin(node.Inputs[0]!, node.Inputs[1]!, shapes),
            "BiasAdd" or "MatMul" or "Reshape" or "ResizeBilinear" => node.Inputs.Count == 2,
            "Concat" => node.Inputs.Count >= 3,
            _ => node.Inputs.Count == 1,
        };
    }

    private static bool IsGrouped(Node node, ShapeFacts shapes) =>
        node.Inputs[1]!.Shape is { Rank: 4 } filter && filter[2].Value is { } depth && shapes.Of(node.Inputs[0]).Last is { } channels && depth != channels;

    // The kernels take equal shapes, a single value, or a vector along the last axis.
    private static bool CanJoin(Value left, Value right, ShapeFacts shapes) =>
        IsVector(left) && IsVector(right) && (IsShort(left, shapes) || IsShort(right, shapes) || shapes.Of(left).Rank == shapes.Of(right).Rank);

    private static bool IsShort(Value value, ShapeFacts shapes) => value.IsConstant || shapes.Of(value).Rank <= 1;

    private static bool IsVector(Value value) => value.Constant is not { } c || c.Shape.Rank <= 1 || c.Count == c.Shape[c.Shape.Rank - 1];

    private static Dictionary<string, DataType> One(string type) => new(StringComparer.Ordinal) { [type] = DataType.QUInt8 };

    private static Dictionary<string, DataType> Two(string left, string right, string result) => new(StringComparer.Ordinal) { [left] = DataType.QUInt8, [right] = DataType.QUInt8, [result] = DataType.QInt32 };
}
