using Pare.Passes.Optimize;
using Pare.Passes.Round;

namespace Pare.Passes.Quantize;

/// <summary>
/// Stores the binary32 constants of a TensorFlow or ONNX model as binary16 or bfloat16, each with a Cast back behind it, which runtimes compute once when they load the model. What is left true:
/// inputs, outputs and all that is computed are binary32 as before, so that every runtime of the format still runs the model.
/// </summary>
public sealed class StoreFloatsPass : Pass
{
    private readonly DataType _type;
    private readonly long _minSize;
    private readonly IReadOnlyList<string> _include;
    private readonly IReadOnlyList<string> _exclude;

    /// <summary>Creates the pass.</summary>
    /// <param name="type"><see cref="DataType.Float16"/> or <see cref="DataType.BFloat16"/>.</param>
    /// <param name="minSize">Constants with fewer values stay: a Cast would take more than it saves.</param>
    /// <param name="include">Globs of the constants that take part; empty for all.</param>
    /// <param name="exclude">Globs of those that do not.</param>
    public StoreFloatsPass(DataType type, long minSize, IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        (_type, _minSize, _include, _exclude) = (type, minSize, include, exclude);
    }

    /// <inheritdoc/>
    public override string Name => "store_floats";

    /// <inheritdoc/>
    public override string Summary => "binary32 constants as 16-bit floats, with a Cast behind each";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">The model's operator set has no Cast for the type.</exception>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        bool onnx = ReferenceEquals(model.Vocabulary, Vocabularies.Onnx);
        if (!onnx && !ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            throw new PassException(Name, $"the model is in {model.Vocabulary.Name} operators, which have no Cast to put behind constants");
        }

        if (onnx && _type == DataType.BFloat16 && model.OperatorSets.TryGetValue("", out long opset) && opset < 13)
        {
            throw new UnsupportedModelException($"ONNX casts bfloat16 from opset 13 on, the model is of opset {opset}", []);
        }

        ChangeLog log = new(Name);
        HashSet<string> names = [.. model.Graph.SelfAndSubgraphs().SelectMany(g => g.Nodes.SelectMany(n => n.Outputs.Select(v => v.Name).Append(n.Name)).Concat(g.Initializers.Concat(g.Inputs).Select(v => v.Name)))];
        foreach (Graph graph in model.Graph.SelfAndSubgraphs())
        {
            foreach (Value value in graph.Constants.ToArray())
            {
                context.Cancellation.ThrowIfCancellationRequested();
                if (value.Constant is { Type: DataType.Float32 } c && c.Count >= _minSize && !graph.IsOutput(value) && !graph.Inputs.Contains(value) && value.Uses.Count > 0
                    && WeightConstants.IsSelected(value.Name, _include, _exclude))
                {
                    Store(graph, value, onnx, names);
                    log.Add($"constants stored as {(_type == DataType.Float16 ? "binary16" : "bfloat16")}");
                }
            }
        }

        return log.ToChanges();
    }

    private void Store(Graph graph, Value value, bool onnx, HashSet<string> names)
    {
        Use[] uses = [.. value.Uses];
        string name = value.Producer?.Name ?? value.Name;
        string cast = name + "/float32";
        for (int i = 1; !names.Add(cast); i++)
        {
            cast = $"{name}/float32_{i}";
        }

        SymbolicShape? shape = value.Shape;
        Node node = value.Producer is { } producer ? graph.CreateNodeAfter(producer, cast, "Cast", [value])
            : graph.Nodes.FirstOrDefault() is { } first ? graph.CreateNodeBefore(first, cast, "Cast", [value])
            : graph.CreateNode(cast, "Cast", [value]);
        if (onnx)
        {
            node.Output.Name = cast;
            node.Attributes["to"] = AttributeValue.Of(DataType.Float32);
        }
        else
        {
            node.Attributes["SrcT"] = AttributeValue.Of(_type);
            node.Attributes["DstT"] = AttributeValue.Of(DataType.Float32);
        }

        (node.Output.Type, node.Output.Shape) = (DataType.Float32, shape);
        foreach (Use use in uses)
        {
            use.Node.SetInput(use.Index, node.Output);
        }

        TensorData content = value.Constant!;
        GraphEditing.SetConstant(value, _type == DataType.Float16 ? new HalfTensorData(content) : new BFloat16TensorData(content));
        if (value.Producer is { } made && !onnx)
        {
            made.Attributes["dtype"] = AttributeValue.Of(_type);
        }
    }
}
