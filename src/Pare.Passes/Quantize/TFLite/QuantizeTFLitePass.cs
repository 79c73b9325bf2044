using Pare.Passes.Conversion;
using Pare.Passes.Optimize;
using Pare.Passes.Round;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>
/// Stores the weights of a TFLite model in fewer bits, by a scheme that leaves activations real. Requires a model in TFLite's vocabulary; constants that are quantized already stay. What is left true: inputs,
/// outputs, names and the operators themselves, but for the DEQUANTIZE that schemes put before a constant's first use.
/// </summary>
public sealed class QuantizeTFLitePass : Pass
{
    private readonly TFLiteQuantizeOptions _options;

    /// <summary>Creates the pass.</summary>
    public QuantizeTFLitePass(TFLiteQuantizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public override string Name => "quantize_tflite";

    /// <inheritdoc/>
    public override string Summary => "weights of a TFLite model as binary16, int8 or int4";

    /// <inheritdoc/>
    public override double? StatedDrift => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TFLite))
        {
            throw new PassException(Name, $"the model is in {model.Vocabulary.Name} operators; convert it to TFLite first");
        }

        ChangeLog log = new(Name);
        foreach (Graph graph in model.Subgraphs.Prepend(model.Graph))
        {
            UniqueNames names = new(graph);
            foreach (Value value in graph.Initializers.ToArray())
            {
                context.Cancellation.ThrowIfCancellationRequested();
                if (value.Constant is { Type: DataType.Float32 } && value.Quantization is null && !graph.IsOutput(value) && value.Uses.Count > 0 && WeightConstants.IsSelected(value.Name, _options.Include, _options.Exclude))
                {
                    Quantize(graph, value, names, context, log);
                }
            }
        }

        return log.ToChanges();
    }

    private void Quantize(Graph graph, Value value, UniqueNames names, PassContext context, ChangeLog log)
    {
        if (_options.Scheme == TFLiteScheme.Float16)
        {
            // Hybrid kernels take no bias that another operator makes.
            if (value.Uses.Any(u => u.Node.Inputs.Any(v => v is { Constant: not null, Quantization.Scales.Length: > 0 })))
            {
                return;
            }

            Dequantize(graph, value, names, new HalfTensorData(value.Constant!), null);
            log.Add("constants stored as binary16");
            return;
        }

        if (value.Constant!.Count < _options.MinSize || !value.Uses.All(u => TFLiteWeights.IsWeight(u)))
        {
            return;
        }

        // All uses must agree on the channels' axis; a table that rows are fetched from has one scale.
        int?[] axes = [.. value.Uses.Select(u => _options.PerChannel ? TFLiteWeights.ChannelAxis(u) : null).Distinct()];
        if (axes.Length > 1 || !IsWorthIt(value.Constant, axes[0]))
        {
            return;
        }

        // Tables and matrices with one scale for all keep 8 bits.
        int bits = _options.Scheme == TFLiteScheme.WeightsInt4 && value.Uses.All(u => TFLitePolicy.Find(u.Node)?.Rule == ScaleRule.Layer) ? 4 : 8;
        if (bits == 4 && GroupsOf(value) is { } groups)
        {
            QuantizeGroups(value, groups, log);
            return;
        }

        bool hybrid = _options.Scheme == TFLiteScheme.Dynamic && value.Uses.All(u => TFLiteWeights.IsHybrid(u.Node));
        (DenseTensorData codes, QuantizationParameters parameters) = _options.WeightScales.TryGetValue(value.Name, out float[]? scales) && scales.Length == (axes[0] is { } axis ? value.Constant.Shape[axis] : 1)
            ? ChannelCodes.Quantize(value.Constant, axes[0], scales, context.Threads, bits)
            : ChannelCodes.Quantize(value.Constant, axes[0], context.Threads, bits);
        if (!hybrid)
        {
            Dequantize(graph, value, names, codes, parameters);
            log.Add($"weights stored as int{bits}, with a DEQUANTIZE");
            return;
        }

        GraphEditing.SetConstant(value, codes);
        value.Quantization = parameters;
        SetAsymmetric(value);
        log.Add("weights stored as int8");
    }

    // The kernels quantize the rows of their input with a zero point where they are told to.
    private static void SetAsymmetric(Value value)
    {
        foreach (Use use in value.Uses.Where(u => u.Node.Operator is "FULLY_CONNECTED" or "BATCH_MATMUL"))
        {
            use.Node.Attributes["asymmetric_quantize_inputs"] = AttributeValue.Of(true);
        }
    }

    private float[]? GroupsOf(Value value) => _options.GroupSize > 0 && value.Constant!.Shape is { Rank: 2 } shape && shape[1] % _options.GroupSize == 0
        && value.Uses.All(u => u.Node.Operator == "FULLY_CONNECTED" && u.Index == 1) && _options.WeightScales.TryGetValue(value.Name, out float[]? scales) && scales.Length == shape.Count / _options.GroupSize
            ? scales
            : null;

    // The blockwise kernel of FULLY_CONNECTED takes them as they are, beside real activations.
    private void QuantizeGroups(Value value, float[] scales, ChangeLog log)
    {
        TensorData weight = value.Constant!;
        TensorView rows = new(weight, weight.Type, new TensorShape(scales.Length, _options.GroupSize));
        (DenseTensorData codes, _) = ChannelCodes.Quantize(rows, 0, scales, 1, 4);
        GraphEditing.SetConstant(value, new DenseTensorData(DataType.Int4, weight.Shape, codes.GetBytes().ToArray()));
        value.Quantization = new QuantizationParameters { Scales = [.. scales], Axis = 0, GroupSize = _options.GroupSize };
        SetAsymmetric(value);
        log.Add($"weights stored as int4 in groups of {_options.GroupSize}");
    }

    // Three bytes saved an element, against a scale and a zero point a channel and the tables that hold them.
    private static bool IsWorthIt(TensorData weight, int? axis)
    {
        const int ChannelBytes = 12;
        const int TableBytes = 64;
        return weight.Count * 3 > ((axis is { } a ? weight.Shape[a] : 1) * ChannelBytes) + TableBytes;
    }

    // The constant keeps its name; its float form is a new value that all uses take.
    private static void Dequantize(Graph graph, Value value, UniqueNames names, TensorData content, QuantizationParameters? parameters)
    {
        SymbolicShape shape = value.Shape!;
        Use[] uses = [.. value.Uses];
        HashSet<Node> consumers = [.. uses.Select(u => u.Node)];
        Node first = graph.Nodes.First(consumers.Contains);
        Node node = graph.CreateNodeBefore(first, value.Name, "DEQUANTIZE", [value], outputs: 0);
        Value real = node.AddOutput(names.Make(value.Name + "/real"));
        (real.Type, real.Shape) = (DataType.Float32, shape);
        foreach (Use use in uses)
        {
            use.Node.SetInput(use.Index, real);
        }

        GraphEditing.SetConstant(value, content);
        value.Quantization = parameters;
    }
}
