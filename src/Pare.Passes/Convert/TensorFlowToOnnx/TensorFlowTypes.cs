namespace Pare.Passes.Conversion;

/// <summary>Element types and shapes as TensorFlow nodes state them, and as ONNX calls them.</summary>
internal static class TensorFlowTypes
{
    /// <summary>The ONNX type that holds a TensorFlow type's elements; quantized types become plain integers.</summary>
    public static DataType ToOnnx(DataType type) => type switch
    {
        DataType.QInt8 => DataType.Int8,
        DataType.QUInt8 => DataType.UInt8,
        DataType.QInt16 => DataType.Int16,
        DataType.QUInt16 => DataType.UInt16,
        DataType.QInt32 => DataType.Int32,
        _ => type,
    };

    /// <summary>A tensor under its ONNX type; the content is shared.</summary>
    public static TensorData ToOnnx(TensorData content) => ToOnnx(content.Type) is var type && type == content.Type ? content : new TensorView(content, type, content.Shape);

    /// <summary>Element type of a value; <see cref="DataType.Undefined"/> where the graph does not say.</summary>
    public static DataType TypeOf(Value value) => value.Type != DataType.Undefined || value.Producer is null ? value.Type : TypeOf(value.Producer, value.OutputIndex);

    /// <summary>Element type of a node's output, from its attributes.</summary>
    public static DataType TypeOf(Node node, int output)
    {
        AttributeMap a = node.Attributes;
        return node.Operator switch
        {
            "Equal" or "NotEqual" or "Less" or "LessEqual" or "Greater" or "GreaterEqual" or "LogicalAnd" or "LogicalOr" or "LogicalNot" or "All" or "Any"
                or "IsNan" or "IsInf" or "IsFinite" or "LoopCond" or "ApproximateEqual" => DataType.Boolean,
            "Shape" or "ShapeN" or "Size" or "Unique" when node.Operator != "Unique" || output == 1 => a.GetDataType(node.Operator == "Unique" ? "out_idx" : "out_type", DataType.Int32),
            "Rank" => DataType.Int32,
            "Cast" => a.GetDataType("DstT"),
            "ArgMax" or "ArgMin" => a.GetDataType("output_type", DataType.Int64),
            "TopKV2" when output == 1 => a.GetDataType("index_type", DataType.Int32),
            "TopK" when output == 1 => DataType.Int32,
            "Merge" when output == 1 => DataType.Int32,
            "Where" => DataType.Int64,
            "Bitcast" => a.GetDataType("type"),
            "Range" => a.GetDataType("Tidx", DataType.Int32),
            "RandomUniformInt" => a.GetDataType("Tout"),
            "InTopK" or "InTopKV2" => DataType.Boolean,
            "NonMaxSuppression" or "NonMaxSuppressionV2" or "NonMaxSuppressionV3" or "NonMaxSuppressionV4" => DataType.Int32,
            "NonMaxSuppressionV5" => output == 1 ? a.GetDataType("T", DataType.Float32) : DataType.Int32,
            "ResizeBilinear" or "ResizeBicubic" or "ResizeArea" or "CropAndResize" or "Dequantize" when node.Operator != "Dequantize" => DataType.Float32,
            "Dequantize" => a.GetDataType("dtype", DataType.Float32),
            "QuantizeV2" => output == 0 ? a.GetDataType("T") : DataType.Float32,
            "Requantize" or "RequantizePerChannel" or "QuantizeDownAndShrinkRange" => output == 0 ? a.GetDataType("out_type") : DataType.Float32,
            "RequantizationRange" => DataType.Float32,
            "Gather" or "ResourceGather" => a.GetDataType("Tparams", a.GetDataType("dtype")),
            "GatherV2" or "GatherNd" => a.GetDataType("Tparams"),
            "DecodeJpeg" or "DecodePng" or "DecodeBmp" or "DecodeGif" or "DecodeImage" => a.GetDataType("dtype", DataType.UInt8),
            "RandomUniform" or "RandomStandardNormal" or "TruncatedNormal" => a.GetDataType("dtype", DataType.Float32),
            "FusedBatchNormV2" or "FusedBatchNormV3" when output > 0 => a.GetDataType("U", DataType.Float32),
            "IdentityN" when a.TryGetValue("T", out AttributeValue? list) && list.Kind == AttributeKind.Types && output < list.AsTypes.Length => list.AsTypes[output],
            _ => a.GetDataType("T", a.GetDataType("dtype", a.GetDataType("out_type", a.GetDataType("Tparams", a.GetDataType("output_type", a.GetDataType("type")))))),
        };
    }

    /// <summary>Shape of a value that is fed: its own, or what its node's <c>shape</c> or <c>_output_shapes</c> attribute says; null for unknown rank.</summary>
    public static SymbolicShape? ShapeOf(Value value)
    {
        if (value.Shape is not null || value.Producer is not { } p)
        {
            return value.Shape;
        }

        if (p.Operator is "Placeholder" or "PlaceholderWithDefault" && p.Attributes.TryGetValue("shape", out AttributeValue? shape) && shape.Kind == AttributeKind.Shape)
        {
            return shape.AsShape;
        }

        return null;
    }
}
