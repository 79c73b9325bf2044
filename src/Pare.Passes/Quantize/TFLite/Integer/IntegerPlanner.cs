using Pare.Passes.Round;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>Decides which nodes of a graph compute on integers and what scale each activation has. Edits nothing.</summary>
internal sealed class IntegerPlanner
{
    private readonly Graph _graph;
    private readonly IntegerQuantizeOptions _options;
    private readonly DataType _type;
    private readonly IReadOnlyList<Node> _order;
    private readonly Dictionary<Node, OperatorPolicy> _chosen = new(ReferenceEqualityComparer.Instance);
    private readonly List<UnsupportedNode> _kept = [];
    private readonly List<UnsupportedNode> _notFinite = [];
    private readonly List<string> _unknown = [];
    private readonly HashSet<(Node Node, int Input)> _requantized = [];
    private ScaleGroups _groups = new();

    public IntegerPlanner(Graph graph, IntegerQuantizeOptions options)
    {
        _graph = graph;
        _options = options;
        _type = options.Wide ? DataType.Int16 : DataType.Int8;
        _order = GraphOrder.Topological(graph);
    }

    /// <exception cref="UnsupportedModelException">An activation that needs a range was not finite; all nodes that make such are named.</exception>
    /// <exception cref="RecipeException">The ranges are of another model.</exception>
    public IntegerPlan Plan()
    {
        foreach (Node node in _order.Where(n => n.Inputs.Concat(n.Outputs).Any(IsReal)))
        {
            Choose(node);
        }

        if (_unknown.Count > 0)
        {
            throw new RecipeException($"the ranges are of another model: they have nothing for {_unknown.Count} activations, first '{_unknown[0]}'; measure this one's on samples (--calibration DATA)");
        }

        if (_notFinite.Count > 0)
        {
            throw new UnsupportedModelException("activations that are NaN or infinite on the calibration data have no scale", _notFinite);
        }

        Dictionary<Value, QuantizationParameters> scales;
        do
        {
            (_groups, scales) = (new ScaleGroups(), []);
            _requantized.Clear();
            DropIslands();
            JoinSame();
            scales = Scales();
        }
        while (DropComparisons(scales));
        return new IntegerPlan { Type = _type, Nodes = _chosen.Keys.ToHashSet(), Activations = scales, Requantized = _requantized, Kept = _kept };
    }

    /// <summary>Whether a value carries real numbers that may become integers.</summary>
    public static bool IsReal(Value? value) => value is { Type: DataType.Float32 } || value is { Constant.Type: DataType.Float32 };

    private void Choose(Node node)
    {
        OperatorPolicy? policy = TFLitePolicy.Find(node);
        string? why = policy is null ? "has no integer kernel"
            : !(_options.Wide ? policy.Int16 : policy.Int8) ? $"has no kernel for {(_options.Wide ? "16-bit" : "int8")} activations"
            : !IsSelected(node) ? "is excluded"
            : policy.Rule == ScaleRule.Layer ? LayerObstacle(node)
            : Obstacle(node);
        if (why is null && !HasRanges(node, policy!))
        {
            why = "has no range";
        }

        if (why is null)
        {
            _chosen[node] = policy!;
        }
        else if (node.Operator is not ("QUANTIZE" or "DEQUANTIZE"))
        {
            _kept.Add(new UnsupportedNode(node.Name, node.Operator, why + "; stays on real numbers"));
        }
    }

    private bool IsSelected(Node node)
    {
        string[] names = [node.Name, .. node.Outputs.Select(v => v.Name), .. node.Inputs.Where(v => v is { IsConstant: true }).Select(v => v!.Name)];
        return (_options.Include.Count == 0 || names.Any(n => WeightConstants.IsSelected(n, _options.Include, []))) && names.All(n => WeightConstants.IsSelected(n, [], _options.Exclude));
    }

    private static string? Obstacle(Node node) => Activation(node) is "TANH" or "SIGN_BIT" ? "has a fused activation without an integer form"
        : node.Inputs.All(v => v is null || v.IsConstant || !IsReal(v)) ? "computes on constants only"
        : node.Inputs.Concat(node.Outputs).Any(v => v is { Type: not DataType.Float32, Quantization.Scales.Length: > 0 }) ? "is quantized in part already"
        : node.Inputs.Any(v => v is { IsVariable: true }) ? "keeps a state"
        : null;

    private static string? LayerObstacle(Node node)
    {
        (int data, int bias) = TFLiteWeights.LayerInputs(node);
        return node.InputOrDefault(1) is not { Constant: { Type: DataType.Float32 } weight } ? "has weights that are computed at run time or quantized already"
            : weight.Shape.Rank != (node.Operator == "FULLY_CONNECTED" ? 2 : 4) ? "has weights of an unusual rank"
            : node.InputOrDefault(bias) is { } b && b.Constant is not { Type: DataType.Float32 } ? "has a bias that is computed at run time"
            : node.InputOrDefault(data) is { IsConstant: true } ? "computes on constants only"
            : node.Attributes.GetString("weights_format", "DEFAULT") != "DEFAULT" ? "has shuffled weights"
            : Obstacle(node);
    }

    private static string Activation(Node node) => node.Attributes.GetString("fused_activation_function", "NONE");

    private bool HasRanges(Node node, OperatorPolicy policy)
    {
        bool finite = true;
        foreach (Value v in node.Inputs.OfType<Value>().Where(v => !v.IsConstant).Concat(policy.Rule == ScaleRule.Fixed ? [] : node.Outputs).Where(IsReal))
        {
            if (!_options.Ranges.Ranges.TryGetValue(v.Name, out ActivationRange range))
            {
                // What no output needs was not observed.
                if (v.Uses.Count > 0 || _graph.IsOutput(v))
                {
                    _unknown.Add(v.Name);
                }

                finite = false;
            }
            else if (!range.IsFinite)
            {
                Node where = v.Producer ?? node;
                if (!_notFinite.Any(n => n.Node == where.Name))
                {
                    _notFinite.Add(new UnsupportedNode(where.Name, where.Operator, $"'{v.Name}' was not finite; look at the data, or leave its neighbours on real numbers with --exclude"));
                }

                finite = false;
            }
        }

        return finite;
    }

    // Data that are only moved between nodes on real numbers are better left alone.
    private void DropIslands()
    {
        bool outside = _options.Interface != IntegerInterface.Float;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (Node node in _chosen.Where(p => p.Value.Rule is ScaleRule.Same or ScaleRule.Read).Select(p => p.Key).ToArray())
            {
                bool before = node.Inputs.Any(v => v is { IsConstant: false } && IsReal(v) && (v.Producer is { } p ? _chosen.ContainsKey(p) : outside));
                bool after = node.Outputs.Any(v => v.Uses.Any(u => _chosen.ContainsKey(u.Node)) || (outside && _graph.IsOutput(v)));
                if (!before && !after)
                {
                    _chosen.Remove(node);
                    changed = true;
                }
            }
        }
    }

    // Comparing kernels end the whole process where a scale is not below 1 (QuantizeMultiplierSmallerThanOneExp); only the scales tell.
    private bool DropComparisons(Dictionary<Value, QuantizationParameters> scales)
    {
        Node[] dropped = [.. _order.Where(n => _chosen.ContainsKey(n) && IsComparison(n) && n.Inputs.OfType<Value>().Where(IsReal).Any(v => ScaleOf(v) >= 1))];
        foreach (Node node in dropped)
        {
            _chosen.Remove(node);
            _kept.Add(new UnsupportedNode(node.Name, node.Operator, "has data of a scale of 1 or more, which its kernel does not take; stays on real numbers"));
        }

        return dropped.Length > 0;

        float ScaleOf(Value v) => v.Constant is not { } content ? scales[v].Scales[0] : ActivationScales.RangeOf(content) is { Minimum: 0, Maximum: 0 } ? 0 : ActivationScales.For(ActivationScales.RangeOf(content), _type).Scales[0];
    }

    // XNNPACK refuses a model with a layer whose factor s_in * s_w / s_out is 256 or more, as where an output hardly moved on the data.
    private void WidenForLayers(Dictionary<Value, ActivationRange> ranges)
    {
        const float MostFactor = 255;
        foreach (Node node in _order.Where(n => _type == DataType.Int8 && _chosen.TryGetValue(n, out OperatorPolicy? p) && p.Rule == ScaleRule.Layer))
        {
            Value data = node.Inputs[TFLiteWeights.LayerInputs(node).Data]!;
            float weights = _options.WeightScales.TryGetValue(node.Inputs[1]!.Name, out float[]? given) ? given.Max() : ChannelCodes.Largest(node.Inputs[1]!.Constant!, null)[0] / 127;
            if (_groups.FixedOf(node.Output) is not null || !ranges.TryGetValue(_groups.Find(node.Output), out ActivationRange range) || !float.IsFinite(weights))
            {
                continue;
            }

            float input = _groups.FixedOf(data) is { } known ? known.Scales[0] : ranges.TryGetValue(_groups.Find(data), out ActivationRange before) ? ActivationScales.For(before, _type).Scales[0] : 0;
            float least = input * weights / MostFactor;
            float scale = ActivationScales.For(range, _type).Scales[0];
            if (scale < least)
            {
                double by = least / (double)scale;
                ranges[_groups.Find(node.Output)] = range is { Minimum: 0, Maximum: 0 } ? new ActivationRange(0, least * MostFactor) : new ActivationRange((float)(range.Minimum * by), (float)(range.Maximum * by));
            }
        }
    }

    private static bool IsComparison(Node node) => node.Operator is "EQUAL" or "NOT_EQUAL" or "LESS" or "LESS_EQUAL" or "GREATER" or "GREATER_EQUAL";

    private void JoinSame()
    {
        foreach ((Node node, OperatorPolicy policy) in _chosen.Where(p => p.Value.Rule == ScaleRule.Fixed))
        {
            _groups.Fix(node.Output, _options.Wide ? ActivationScales.Of(policy.Fixed16, 0) : ActivationScales.Of(policy.Fixed8.Scale, policy.Fixed8.ZeroPoint));
        }

        // One input first: a fixed scale follows the data through reshapes before several meet.
        Node[] same = [.. _order.Where(n => _chosen.TryGetValue(n, out OperatorPolicy? p) && p.Rule == ScaleRule.Same)];
        foreach (Node node in same.Where(n => Operands(n).Count() == 1))
        {
            foreach (Value output in node.Outputs.Where(IsReal))
            {
                _groups.TryJoin(Operands(node).First().Value, output);
            }
        }

        foreach (Node node in same.Where(n => Operands(n).Count() > 1))
        {
            JoinSeveral(node);
        }
    }

    // Operands of a scale that a kernel fixes are requantized where the others' is another: widened, they would be cut off.
    private void JoinSeveral(Node node)
    {
        (int Input, Value Value)[] operands = [.. Operands(node)];
        QuantizationParameters?[] fixedScales = [.. operands.Select(o => _groups.FixedOf(o.Value))];
        bool one = fixedScales.All(f => f is not null && f.Scales[0] == fixedScales[0]!.Scales[0] && f.ZeroPoints[0] == fixedScales[0]!.ZeroPoints[0]);
        for (int i = 0; i < operands.Length; i++)
        {
            if ((fixedScales[i] is not null && !one) || !_groups.TryJoin(node.Output, operands[i].Value))
            {
                _requantized.Add((node, operands[i].Input));
            }
        }
    }

    private static IEnumerable<(int Input, Value Value)> Operands(Node node)
    {
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (node.Inputs[i] is { IsConstant: false } v && IsReal(v))
            {
                yield return (i, v);
            }
        }
    }

    private Dictionary<Value, QuantizationParameters> Scales()
    {
        HashSet<Value> touched = new(_chosen.Keys.SelectMany(n => n.Inputs.OfType<Value>().Where(v => !v.IsConstant).Concat(n.Outputs)).Where(IsReal), ReferenceEqualityComparer.Instance);
        if (_options.Interface != IntegerInterface.Float)
        {
            touched.UnionWith(_graph.Inputs.Concat(_graph.Outputs).Where(v => IsReal(v) && !v.IsConstant));
        }

        Dictionary<Value, ActivationRange> ranges = new(ReferenceEqualityComparer.Instance);
        foreach (Value v in touched)
        {
            if (_options.Ranges.Ranges.TryGetValue(v.Name, out ActivationRange range) && range.IsFinite)
            {
                Value root = _groups.Find(v);
                ranges[root] = ranges.TryGetValue(root, out ActivationRange known) ? known.Union(range) : range;
            }
        }

        WidenForLayers(ranges);
        Dictionary<Value, QuantizationParameters> result = new(ReferenceEqualityComparer.Instance);
        foreach (Value v in touched)
        {
            result[v] = _groups.FixedOf(v) ?? (ranges.TryGetValue(_groups.Find(v), out ActivationRange range) ? ActivationScales.For(range, _type)
                : throw new UnsupportedModelException($"'{v.Name}' has no finite range, which an interface of integers needs; keep it real with --io float", []));
        }

        return result;
    }
}
