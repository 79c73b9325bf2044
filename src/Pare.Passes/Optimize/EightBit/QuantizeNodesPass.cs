namespace Pare.Passes.Optimize;

/// <summary>
/// Makes a TensorFlow graph compute on 8-bit codes, as the Graph Transform Tool's transform of this name does: binary32 operators that have a counterpart on codes are replaced by it, their inputs
/// go through QuantizeV2 (mode MIN_FIRST, the range measured as the graph runs), 32-bit results through Requantize, and a Dequantize takes the operator's name, so that whatever stays in binary32 does not notice.
/// Between two such operators codes flow on directly. Constants become codes at once instead of at every run, and ranges that FakeQuantWithMinMaxVars states are used instead of measured ones.
/// Operators that TensorFlow's kernels on codes would refuse (other layouts, dilations, unequal strides, broadcasts in the middle of a shape) stay. TensorFlow graphs only; outputs move.
/// </summary>
public sealed class QuantizeNodesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "quantize_nodes";

    /// <inheritdoc/>
    public override string Summary => "compute on 8-bit codes where TensorFlow has the operators";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <summary>Operators that stay in binary32.</summary>
    public IReadOnlyCollection<string> IgnoredOperators { get; init; } = [];

    /// <summary>The range of every 32-bit result where no fake quantization states one; null measures each as the graph runs.</summary>
    public (float Min, float Max)? FallbackRange { get; init; }

    /// <summary>The range of every binary32 Placeholder, which then takes codes (quint8); null leaves placeholders alone.</summary>
    public (float Min, float Max)? InputRange { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            throw new PassException(Name, $"needs a TensorFlow graph, found {model.Vocabulary.Name}");
        }

        ChangeLog log = new(Name);
        EightBitCodes codes = new(model);
        if (InputRange is { } input)
        {
            foreach (Node n in model.Graph.Nodes.ToArray())
            {
                if (n.Operator == "Placeholder" && n.Attributes.GetDataType("dtype") == DataType.Float32)
                {
                    codes.TakeInputAsCodes(n, input.Min, input.Max);
                    log.Add("placeholders take codes");
                }
            }
        }

        ShapeFacts shapes = new(model.Vocabulary);
        HashSet<Node> chosen = [.. model.Graph.Nodes.Where(n => !IgnoredOperators.Contains(n.Operator) && EightBitOperator.Find(n) is { } o && o.Accepts(n, shapes))];
        IReadOnlyDictionary<Node, (float Min, float Max)> stated = FakeQuantization.Absorb(model, chosen, log);
        foreach (Node n in GraphOrder.Topological(model.Graph, model.Vocabulary.IsBackEdge))
        {
            if (chosen.Contains(n))
            {
                string @operator = n.Operator;
                codes.Replace(n, EightBitOperator.Find(n)!, stated.TryGetValue(n, out (float Min, float Max) range) ? range : FallbackRange);
                log.Add($"{@operator} on codes");
            }
            else if (FakeQuantization.RangeOf(n) is { } range && n.InputOrDefault(0) is not null)
            {
                codes.QuantizeWithin(n, range.Min, range.Max);
                log.Add("fake quantization made real");
            }
        }

        codes.RemoveUnused();
        return log.ToChanges();
    }
}
