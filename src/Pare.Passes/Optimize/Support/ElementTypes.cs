namespace Pare.Passes.Optimize;

/// <summary>Element types of TensorFlow values, read from their producers' attributes.</summary>
internal static class ElementTypes
{
    /// <summary>The element type as far as a producer says; <see cref="DataType.Undefined"/> where it does not.</summary>
    public static DataType Infer(Value value)
    {
        if (value.Type != DataType.Undefined)
        {
            return value.Type;
        }

        if (value.Constant is { } c)
        {
            return c.Type;
        }

        if (value.Producer is not { } n)
        {
            return DataType.Undefined;
        }

        AttributeMap a = n.Attributes;
        switch (n.Operator)
        {
            case "Less" or "LessEqual" or "Greater" or "GreaterEqual" or "Equal" or "NotEqual" or "LogicalAnd" or "LogicalOr" or "LogicalNot" or "IsNan" or "IsInf" or "IsFinite" or "All" or "Any":
                return DataType.Boolean;
            case "Shape" or "ShapeN" or "Size":
                return a.GetDataType("out_type", DataType.Int32);
            case "Rank":
                return DataType.Int32;
            case "ArgMax" or "ArgMin":
                return a.GetDataType("output_type", DataType.Int64);
            case "TopKV2" or "TopK" when value.OutputIndex == 1:
                return DataType.Int32;
            case "Merge" when value.OutputIndex == 1:
                return DataType.Int32;
            case "DecodeJpeg" or "DecodePng" or "DecodeBmp" or "DecodeGif":
                return a.GetDataType("dtype", DataType.UInt8);
            case "ResizeBilinear" or "ResizeBicubic" or "ResizeArea" or "Dequantize":
                return DataType.Float32;
            case "FusedBatchNormV2" or "FusedBatchNormV3" when value.OutputIndex > 0:
                return a.GetDataType("U", DataType.Float32);
        }

        foreach (string key in (ReadOnlySpan<string>)["DstT", "dtype", "T", "out_type", "output_type", "Tout", "Tparams"])
        {
            if (a.GetDataType(key) is var t && t != DataType.Undefined)
            {
                return t;
            }
        }

        if (a.TryGetValue("component_types", out AttributeValue? list) && list.Kind == AttributeKind.Types && value.OutputIndex < list.AsTypes.Length)
        {
            return list.AsTypes[value.OutputIndex];
        }

        return DataType.Undefined;
    }
}
