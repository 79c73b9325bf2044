namespace Pare.Passes.Optimize;

/// <summary>
/// Writes out attributes that are left to their defaults, as TensorFlow 1.x defines them, for the operators of inference graphs. Existing attributes are never changed. Later versions' attributes are not
/// added, since a reader that does not know them refuses the graph.
/// </summary>
public sealed class AddDefaultAttributesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "add_default_attributes";

    /// <inheritdoc/>
    public override string Summary => "write out attributes left to their defaults";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            return [];
        }

        foreach (Node n in model.Graph.Nodes)
        {
            foreach ((string key, AttributeValue value) in Defaults(n.Operator))
            {
                if (!n.Attributes.ContainsKey(key))
                {
                    n.Attributes[key] = value;
                    log.Add("attributes added");
                }
            }
        }

        return log.ToChanges();
    }

    private static (string Key, AttributeValue Value)[] Defaults(string @operator) => @operator switch
    {
        "Conv2D" => [("use_cudnn_on_gpu", True), ("data_format", Nhwc), ("dilations", Ones(4))],
        "Conv2DBackpropInput" or "Conv2DBackpropFilter" => [("use_cudnn_on_gpu", True), ("data_format", Nhwc), ("dilations", Ones(4))],
        "DepthwiseConv2dNative" => [("data_format", Nhwc), ("dilations", Ones(4))],
        "Conv3D" => [("data_format", AttributeValue.Of("NDHWC")), ("dilations", Ones(5))],
        "MaxPool" or "AvgPool" or "BiasAdd" or "SpaceToDepth" or "DepthToSpace" => [("data_format", Nhwc)],
        "FusedBatchNorm" or "FusedBatchNormV2" or "FusedBatchNormV3" => [("epsilon", AttributeValue.Of(1e-4f)), ("data_format", Nhwc), ("is_training", True)],
        "MatMul" => [("transpose_a", False), ("transpose_b", False)],
        "BatchMatMul" or "BatchMatMulV2" => [("adj_x", False), ("adj_y", False)],
        "Mean" or "Sum" or "Max" or "Min" or "Prod" => [("keep_dims", False), ("Tidx", Int32)],
        "All" or "Any" => [("keep_dims", False), ("Tidx", Int32)],
        "ArgMax" or "ArgMin" => [("Tidx", Int32), ("output_type", AttributeValue.Of(DataType.Int64))],
        "Reshape" => [("Tshape", Int32)],
        "Squeeze" => [("squeeze_dims", AttributeValue.EmptyList())],
        "Transpose" => [("Tperm", Int32)],
        "Pad" or "PadV2" or "MirrorPad" => [("Tpaddings", Int32)],
        "ExpandDims" => [("Tdim", Int32)],
        "Tile" => [("Tmultiples", Int32)],
        "ConcatV2" or "Range" => [("Tidx", Int32)],
        "Shape" or "ShapeN" or "Size" => [("out_type", Int32)],
        "Pack" or "Unpack" => [("axis", AttributeValue.Of(0L))],
        "StridedSlice" => [("begin_mask", Zero), ("end_mask", Zero), ("ellipsis_mask", Zero), ("new_axis_mask", Zero), ("shrink_axis_mask", Zero)],
        "Gather" => [("validate_indices", True)],
        "OneHot" => [("axis", AttributeValue.Of(-1L)), ("TI", AttributeValue.Of(DataType.Int64))],
        "Cumsum" or "Cumprod" => [("exclusive", False), ("reverse", False), ("Tidx", Int32)],
        "ResizeBilinear" or "ResizeNearestNeighbor" or "ResizeBicubic" or "ResizeArea" => [("align_corners", False)],
        "LRN" => [("depth_radius", AttributeValue.Of(5L)), ("bias", AttributeValue.Of(1f)), ("alpha", AttributeValue.Of(1f)), ("beta", AttributeValue.Of(0.5f)), ("T", AttributeValue.Of(DataType.Float32))],
        "LeakyRelu" => [("alpha", AttributeValue.Of(0.2f)), ("T", AttributeValue.Of(DataType.Float32))],
        "TopKV2" or "TopK" => [("sorted", True)],
        "Dequantize" => [("mode", AttributeValue.Of("MIN_COMBINED"))],
        "QuantizeV2" => [("mode", AttributeValue.Of("MIN_COMBINED")), ("round_mode", AttributeValue.Of("HALF_AWAY_FROM_ZERO"))],
        "FakeQuantWithMinMaxVars" or "FakeQuantWithMinMaxVarsPerChannel" => [("num_bits", AttributeValue.Of(8L)), ("narrow_range", False)],
        "FakeQuantWithMinMaxArgs" => [("min", AttributeValue.Of(-6f)), ("max", AttributeValue.Of(6f)), ("num_bits", AttributeValue.Of(8L)), ("narrow_range", False)],
        "DecodeJpeg" =>
        [
            ("channels", Zero), ("ratio", AttributeValue.Of(1L)), ("fancy_upscaling", True), ("try_recover_truncated", False), ("acceptable_fraction", AttributeValue.Of(1f)), ("dct_method", AttributeValue.Of("")),
        ],
        "DecodePng" => [("channels", Zero), ("dtype", AttributeValue.Of(DataType.UInt8))],
        "Cast" => [("Truncate", False)],
        _ => [],
    };

    private static AttributeValue True => AttributeValue.Of(true);

    private static AttributeValue False => AttributeValue.Of(false);

    private static AttributeValue Zero => AttributeValue.Of(0L);

    private static AttributeValue Nhwc => AttributeValue.Of("NHWC");

    private static AttributeValue Int32 => AttributeValue.Of(DataType.Int32);

    private static AttributeValue Ones(int count) => AttributeValue.Of([.. Enumerable.Repeat(1L, count)]);
}
