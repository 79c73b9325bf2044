using Pare.Passes.Optimize;

namespace Pare.Passes.Quantize;

/// <summary>
/// Makes binary32 of all that is binary64 in a TensorFlow or ONNX model: constants, and the types that nodes name, so that inputs and outputs of binary64 become binary32 too. Values beyond
/// binary32's range become infinite, and a warning says so.
/// </summary>
public sealed class SinglePrecisionPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "single_precision";

    /// <inheritdoc/>
    public override string Summary => "binary64 made binary32 throughout";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Graph graph in model.Graph.SelfAndSubgraphs())
        {
            foreach (Value value in graph.Inputs.Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs)).Where(v => v.Type == DataType.Float64 || v.Constant?.Type == DataType.Float64).ToArray())
            {
                if (value.Constant is { } content)
                {
                    GraphEditing.SetConstant(value, Narrow(content, value.Name, context));
                    log.Add("constants made binary32");
                }
                else
                {
                    value.Type = DataType.Float32;
                }
            }

            foreach (Node node in graph.Nodes)
            {
                foreach ((string key, AttributeValue attribute) in node.Attributes.ToArray())
                {
                    if (Narrow(attribute, node, context) is { } narrow)
                    {
                        node.Attributes[key] = narrow;
                        log.Add("types made binary32");
                    }
                }
            }
        }

        return log.ToChanges();
    }

    private static AttributeValue? Narrow(AttributeValue attribute, Node node, PassContext context) => attribute.Kind switch
    {
        AttributeKind.Type when attribute.AsType == DataType.Float64 => AttributeValue.Of(DataType.Float32),
        AttributeKind.Types when attribute.AsTypes.Contains(DataType.Float64) => AttributeValue.Of([.. attribute.AsTypes.Select(t => t == DataType.Float64 ? DataType.Float32 : t)]),
        AttributeKind.Tensor when attribute.AsTensor.Type == DataType.Float64 => AttributeValue.Of((TensorData)Narrow(attribute.AsTensor, node.Name, context)),
        _ => null,
    };

    private static DenseTensorData Narrow(TensorData content, string name, PassContext context)
    {
        float[] values = content.ToFloats();
        if (values.Any(float.IsInfinity))
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, "values beyond binary32's range became infinite", name));
        }

        return DenseTensorData.Create(values, content.Shape);
    }
}
