using static Pare.Passes.Conversion.OnnxInference;

namespace Pare.Passes.Conversion;

/// <summary>Element types and shapes of TFLite operators' outputs, as far as they follow from the inputs: the operators that conversions emit. Nothing is guessed; what is not known stays open.</summary>
internal static class TFLiteInference
{
    /// <summary>Sets type and shape of a node's outputs.</summary>
    /// <param name="node">The node.</param>
    /// <param name="elements">Elements of small integer values, as far as known.</param>
    public static void Infer(Node node, Func<Value?, long?[]?> elements)
    {
        Value? first = node.InputOrDefault(0);
        SymbolicShape? s = first?.Shape;
        DataType type = first?.Type ?? DataType.Undefined;
        switch (node.Operator)
        {
            case "ADD" or "SUB" or "MUL" or "DIV" or "MAXIMUM" or "MINIMUM" or "POW" or "FLOOR_DIV" or "FLOOR_MOD" or "SQUARED_DIFFERENCE" or "ATAN2" or "BITWISE_XOR" or "RIGHT_SHIFT":
                Set(node, 0, type, Broadcast(s, node.Inputs[1]!.Shape));
                break;
            case "EQUAL" or "NOT_EQUAL" or "LESS" or "LESS_EQUAL" or "GREATER" or "GREATER_EQUAL" or "LOGICAL_AND" or "LOGICAL_OR":
                Set(node, 0, DataType.Boolean, Broadcast(s, node.Inputs[1]!.Shape));
                break;
            case "PRELU":
                Set(node, 0, type, s);
                break;
            case "SELECT_V2":
                Set(node, 0, node.Inputs[1]!.Type, Broadcast(s, node.Inputs[1]!.Shape, node.Inputs[2]!.Shape));
                break;
            case "CONV_2D" or "DEPTHWISE_CONV_2D" or "MAX_POOL_2D" or "AVERAGE_POOL_2D" or "CONV_3D":
                Set(node, 0, type, Windows(node));
                break;
            case "FULLY_CONNECTED":
                Dimension units = node.Inputs[1]!.Shape?[0] ?? default;
                Set(node, 0, type, node.Attributes.GetBoolean("keep_num_dims") ? s is null ? null : Shape([.. s.Dimensions[..^1], units])
                    : new SymbolicShape(s is { Rank: 2 } ? s[0] : s?.ToStatic() is { } all && node.Inputs[1]!.Shape?[1].Value is { } depth and > 0 ? all.Count / depth : default, units));
                break;
            case "BATCH_MATMUL":
                Set(node, 0, type, Product(node));
                break;
            case "MEAN" or "SUM" or "REDUCE_PROD" or "REDUCE_MAX" or "REDUCE_MIN" or "REDUCE_ANY" or "REDUCE_ALL":
                Set(node, 0, type, Reduced(node, s, elements));
                break;
            case "ARG_MAX" or "ARG_MIN":
                Set(node, 0, node.Attributes.GetString("output_type") == "INT64" ? DataType.Int64 : DataType.Int32,
                    s is not null && elements(node.Inputs[1]) is [{ } axis] ? Shape(s.Dimensions.RemoveAt((int)(axis < 0 ? axis + s.Rank : axis))) : null);
                break;
            case "CAST":
                Set(node, 0, TFLiteTypes.Parse(node.Attributes.GetString("out_data_type")), s);
                break;
            case "QUANTIZE":
                Set(node, 0, node.Output.Type, s);
                break;
            case "DEQUANTIZE":
                Set(node, 0, DataType.Float32, s);
                break;
            case "TOPK_V2":
                SymbolicShape? top = s is null ? null : Shape([.. s.Dimensions[..^1], new Dimension(elements(node.Inputs[1]) is [var k] ? k : null)]);
                Set(node, 0, type, top);
                Set(node, 1, DataType.Int32, top);
                break;
            case "CONV_3D_TRANSPOSE" or "TRANSPOSE_CONV":
                Set(node, 0, node.Inputs[2]!.Type, elements(node.Inputs[0]) is { } given ? Shape(given.Select(e => new Dimension(e))) : OfRank(node.Operator == "TRANSPOSE_CONV" ? 4 : 5));
                break;
            case "UNIDIRECTIONAL_SEQUENCE_LSTM":
                Set(node, 0, type, s is null ? null : Shape([.. s.Dimensions[..^1], node.Inputs[2]!.Shape?[0] ?? default]));
                break;
            default:
                if (!TFLiteInferenceMovement.TryInfer(node, elements))
                {
                    // What is left works element by element.
                    Set(node, 0, type, s);
                }

                break;
        }
    }

    // NHWC: SAME gives ceil(n/s), VALID floor((n - span)/s) + 1.
    private static SymbolicShape? Windows(Node node)
    {
        SymbolicShape? s = node.Inputs[0]!.Shape;
        if (s is null)
        {
            return null;
        }

        AttributeMap a = node.Attributes;
        bool pool = node.Operator is "MAX_POOL_2D" or "AVERAGE_POOL_2D";
        int spatial = node.Operator == "CONV_3D" ? 3 : 2;
        SymbolicShape? filter = pool ? null : node.Inputs[1]!.Shape;
        string[] axes = spatial == 3 ? ["d", "h", "w"] : ["h", "w"];
        Dimension[] d = new Dimension[spatial + 2];
        d[0] = s[0];
        d[^1] = pool ? s[-1] : node.Operator switch
        {
            "CONV_2D" => filter?[0] ?? default,
            _ => filter?[-1] ?? default,
        };
        for (int i = 0; i < spatial; i++)
        {
            long? kernel = pool ? a.GetInteger(i == 0 ? "filter_height" : "filter_width") : filter?[spatial == 3 ? i : i + 1].Value;
            long span = (((kernel ?? 1) - 1) * a.GetInteger($"dilation_{axes[i]}_factor", 1)) + 1;
            long stride = Math.Max(1, a.GetInteger($"stride_{axes[i]}", 1));
            d[i + 1] = s[i + 1].Value is { } n
                ? new Dimension(a.GetString("padding", "SAME") == "SAME" ? (n + stride - 1) / stride : kernel is null ? null : Math.Max(0, ((n - span) / stride) + 1))
                : stride == 1 && a.GetString("padding", "SAME") == "SAME" ? s[i + 1] : Dimension.Unknown;
        }

        return new SymbolicShape(d);
    }

    private static SymbolicShape? Product(Node node)
    {
        if (node.Inputs[0]!.Shape is not { Rank: >= 2 } x || node.Inputs[1]!.Shape is not { Rank: >= 2 } y)
        {
            return null;
        }

        SymbolicShape? outer = Broadcast(Shape(x.Dimensions[..^2]), Shape(y.Dimensions[..^2]));
        return outer is null ? null : Shape([.. outer.Dimensions, x[node.Attributes.GetBoolean("adj_x") ? -1 : -2], y[node.Attributes.GetBoolean("adj_y") ? -2 : -1]]);
    }

    private static SymbolicShape? Reduced(Node node, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        if (s is null || elements(node.Inputs[1]) is not { } axes)
        {
            return null;
        }

        HashSet<int> at = [.. axes.Select(e => (int)(e!.Value < 0 ? e.Value + s.Rank : e.Value))];
        return node.Attributes.GetBoolean("keep_dims")
            ? Shape(s.Dimensions.Select((d, i) => at.Contains(i) ? 1 : d))
            : Shape(s.Dimensions.Where((_, i) => !at.Contains(i)));
    }
}
