namespace Pare.Passes.Optimize;

/// <summary>
/// Folds batch norms into the linear operator before them. Requires a TensorFlow graph at inference (training's branches decided). Rules, for Conv2D, DepthwiseConv2dNative, MatMul, transposed and 3-D
/// convolutions whose weight is constant: the products, sums and batch norms by constants that follow, each the only consumer of the one before, become factors on the weight's output
/// channels and one BiasAdd under the last one's name. Covers the elementary form (with or without gamma, operands in any order), FusedBatchNorm, V2 and V3, BatchNormWithGlobalNormalization,
/// a bias in between, and bare scales. Where asked, a fused batch norm without such an operator before it becomes Mul and Add. Never touches one that normalizes by the batch.
/// </summary>
public sealed class FoldBatchNormsPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "fold_batch_norms";

    /// <inheritdoc/>
    public override string Summary => "multiply batch norms and scales into the weights before them";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-5;

    /// <summary>Whether a fused batch norm that follows no linear operator becomes Mul and Add. Default: true.</summary>
    public bool Split { get; init; } = true;

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

        UniqueNames names = new(model.Graph);
        AffineFolder folder = new(model, names);
        foreach (Node node in model.Graph.Nodes)
        {
            if (folder.Fold(node, loneSums: false) is { } rule)
            {
                log.Add($"{rule} after {node.Operator} folded");
            }
        }

        if (Split)
        {
            ConstantMath math = new();
            foreach (Node node in model.Graph.Nodes)
            {
                if (model.Vocabulary.TraitsOf(node).Kind == OperatorKind.BatchNormalization && node.Outputs.Skip(1).All(o => o.Uses.Count == 0 && !model.Graph.IsOutput(o))
                    && ElementTypes.Infer(node.Output) is DataType.Float32 && BatchNorm.Read(model.Vocabulary, math, node) is { } norm && norm.Scale.Concat(norm.Offset).All(double.IsFinite))
                {
                    MakeProductAndSum(model, node, norm, names);
                    log.Add($"{node.Operator} made Mul and Add");
                }
            }
        }

        return log.ToChanges();
    }

    private static void MakeProductAndSum(Model model, Node node, BatchNorm norm, UniqueNames names)
    {
        Value[] parameters = [.. node.Inputs.Skip(1).OfType<Value>()];
        TensorShape shape = norm.ChannelAxis == 1 ? new TensorShape(norm.Scale.Length, 1, 1) : new TensorShape(norm.Scale.Length);
        Value scale = GraphEditing.CreateConstant(model, node, names.Make($"{node.Name}_bn_scale"), Floats(norm.Scale, shape));
        Value offset = GraphEditing.CreateConstant(model, node, names.Make($"{node.Name}_bn_offset"), Floats(norm.Offset, shape));
        Node product = model.Graph.CreateNodeBefore(node, names.Make($"{node.Name}_scaled"), "Mul", [node.Inputs[0], scale]);
        product.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        product.Output.Type = DataType.Float32;
        product.Device = node.Device;
        node.SetInputs(product.Output, offset);
        node.TrimOutputs(1);
        node.Operator = "Add";
        node.Extension = null;
        foreach (string key in node.Attributes.Keys.ToArray())
        {
            node.Attributes.Remove(key);
        }

        node.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        Unused.Remove(model.Vocabulary, parameters);
    }

    private static DenseTensorData Floats(double[] values, TensorShape shape) => DenseTensorData.Create(Array.ConvertAll(values, v => (float)v), shape);
}
