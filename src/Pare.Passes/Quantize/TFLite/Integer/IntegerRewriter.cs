using Pare.Passes.Optimize;

namespace Pare.Passes.Quantize.TFLite;

/// <summary>Carries a plan out on a graph: constants and activations become integers, QUANTIZE and DEQUANTIZE stand where real numbers and integers meet.</summary>
internal sealed class IntegerRewriter
{
    private readonly Graph _graph;
    private readonly IntegerPlan _plan;
    private readonly IntegerQuantizeOptions _options;
    private readonly int _threads;
    private readonly Dictionary<Node, int> _place;
    private readonly HashSet<string> _names;
    private readonly Dictionary<(Value Constant, string Form), Value> _constants = [];
    private readonly ChangeLog _log;

    public IntegerRewriter(Graph graph, IntegerPlan plan, IntegerQuantizeOptions options, int threads, ChangeLog log)
    {
        _graph = graph;
        _plan = plan;
        _options = options;
        _threads = threads;
        _log = log;
        _place = GraphOrder.Topological(graph).Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        _names = [.. graph.Inputs.Concat(graph.Initializers).Concat(graph.Variables).Concat(graph.Nodes.SelectMany(n => n.Outputs)).Select(v => v.Name)];
    }

    public void Run()
    {
        foreach (Node node in _plan.Nodes)
        {
            QuantizeConstants(node);
        }

        // Edges are judged before any type changes.
        foreach (Value value in _plan.Activations.Keys.OrderBy(v => v.Producer is { } p ? _place[p] : -1).ThenBy(v => v.OutputIndex).ToArray())
        {
            QuantizeActivation(value, _plan.Activations[value]);
        }

        foreach (Node node in _plan.Nodes)
        {
            SetAttributes(node);
        }

        _log.Add(_plan.Type == DataType.Int16 ? "operators in 16x8 integers" : "operators in 8-bit integers", _plan.Nodes.Count);
        _graph.RemoveInitializers(v => v.Uses.Count == 0 && !_graph.IsOutput(v));
    }

    private void QuantizeActivation(Value value, QuantizationParameters parameters)
    {
        Use[] uses = [.. value.Uses];
        Use[] integer = [.. uses.Where(u => _plan.Nodes.Contains(u.Node))];
        Use[] real = [.. uses.Where(u => !_plan.Nodes.Contains(u.Node))];
        bool made = value.Producer is { } producer && _plan.Nodes.Contains(producer);
        bool isOutput = _graph.IsOutput(value);
        if (value.Producer is null && _options.Interface != IntegerInterface.Float && _graph.Inputs.Contains(value))
        {
            QuantizeInput(value, parameters, real);
        }
        else if (made)
        {
            value.Type = _plan.Type;
            value.Quantization = parameters;
            QuantizeOutput(value, parameters, real, isOutput);
        }
        else if (integer.Length > 0 || (isOutput && _options.Interface != IntegerInterface.Float))
        {
            Value codes = Insert("QUANTIZE", value, integer, Unique(value.Name + "_q"), DataTypeOf(parameters), parameters);
            if (isOutput && _options.Interface != IntegerInterface.Float)
            {
                string name = value.Name;
                value.Name = Unique(name + "_f");
                if (_options.Interface == IntegerInterface.UInt8)
                {
                    ReplaceOutput(value, Insert("QUANTIZE", codes, [], name, DataType.UInt8, Shifted(parameters)));
                }
                else
                {
                    codes.Name = name;
                    ReplaceOutput(value, codes);
                }
            }
        }

        foreach (Use use in integer.Where(u => _plan.Requantized.Contains((u.Node, u.Index))))
        {
            QuantizationParameters wanted = _plan.Activations[use.Node.Output];
            use.Node.SetInput(use.Index, Insert("QUANTIZE", use.Node.Inputs[use.Index]!, [use], Unique(value.Name + "_r"), _plan.Type, wanted));
        }
    }

    private DataType DataTypeOf(QuantizationParameters parameters) => parameters.Scales.Length > 0 ? _plan.Type : DataType.Float32;

    // The input itself carries integers.
    private void QuantizeInput(Value value, QuantizationParameters parameters, Use[] real)
    {
        bool isUnsigned = _options.Interface == IntegerInterface.UInt8;
        Use[] uses = [.. value.Uses];
        bool isOutput = _graph.IsOutput(value);
        value.Type = isUnsigned ? DataType.UInt8 : _plan.Type;
        value.Quantization = isUnsigned ? Shifted(parameters) : parameters;
        Value codes = value;
        if (isUnsigned && uses.Length > 0)
        {
            codes = Insert("QUANTIZE", value, uses, Unique(value.Name + "_q"), _plan.Type, parameters);
        }

        if (real.Length > 0)
        {
            Insert("DEQUANTIZE", codes, real, Unique(value.Name + "_f"), DataType.Float32, null);
        }

        if (isOutput)
        {
            ReplaceOutput(value, codes);
        }
    }

    private void QuantizeOutput(Value value, QuantizationParameters parameters, Use[] real, bool isOutput)
    {
        bool realOutput = isOutput && _options.Interface == IntegerInterface.Float;
        if (real.Length > 0 || realOutput)
        {
            string name = value.Name;
            if (realOutput)
            {
                value.Name = Unique(name + "_q");
            }

            Value back = Insert("DEQUANTIZE", value, real, realOutput ? name : Unique(name + "_f"), DataType.Float32, null);
            if (realOutput)
            {
                ReplaceOutput(value, back);
            }
        }

        if (isOutput && _options.Interface == IntegerInterface.UInt8)
        {
            string name = value.Name;
            value.Name = Unique(name + "_q");
            ReplaceOutput(value, Insert("QUANTIZE", value, [], name, DataType.UInt8, Shifted(parameters)));
        }
    }

    private static QuantizationParameters Shifted(QuantizationParameters parameters) => parameters with { ZeroPoints = [parameters.ZeroPoints[0] + 128] };

    private void ReplaceOutput(Value old, Value replacement)
    {
        for (int i = 0; i < _graph.Outputs.Count; i++)
        {
            if (ReferenceEquals(_graph.Outputs[i], old))
            {
                _graph.Outputs[i] = replacement;
            }
        }
    }

    // Behind the producer, or before everything for an input: what it makes is taken by the uses given.
    private Value Insert(string @operator, Value from, Use[] uses, string name, DataType type, QuantizationParameters? parameters)
    {
        Node node = from.Producer is { } producer ? _graph.CreateNodeAfter(producer, name, @operator, [from], outputs: 0)
            : _graph.Nodes.FirstOrDefault() is { } first ? _graph.CreateNodeBefore(first, name, @operator, [from], outputs: 0)
            : _graph.CreateNode(name, @operator, [from], outputs: 0);
        Value made = node.AddOutput(name);
        (made.Type, made.Shape, made.Quantization) = (type, from.Shape, parameters);
        foreach (Use use in uses)
        {
            use.Node.SetInput(use.Index, made);
        }

        _log.Add(@operator.ToLowerInvariant() + " operators put in");
        return made;
    }

    private void QuantizeConstants(Node node)
    {
        OperatorPolicy policy = TFLitePolicy.Find(node)!;
        if (policy.Rule == ScaleRule.Layer)
        {
            QuantizeLayer(node);
            return;
        }

        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (node.Inputs[i] is not { Constant: { Type: DataType.Float32 } content } constant)
            {
                continue;
            }

            ActivationRange range = ActivationScales.RangeOf(content);
            if (node.Operator == "BATCH_MATMUL")
            {
                // Weights, whose zero point is best 0.
                float largest = Math.Max(Math.Abs(range.Minimum), Math.Abs(range.Maximum));
                QuantizationParameters symmetric = ActivationScales.Of(largest > 0 ? largest / 127 : 1, 0);
                node.SetInput(i, Constant(constant, "matrix", () => (ActivationScales.Quantize(content, symmetric, DataType.Int8), symmetric)));
                continue;
            }

            // Nothing but zeros fits any scale; one far from the others would cost the kernel its precision.
            bool zeros = range is { Minimum: 0, Maximum: 0 };
            QuantizationParameters? beside = !zeros ? null
                : _plan.Activations.GetValueOrDefault(node.Output) ?? node.Inputs.OfType<Value>().Select(v => _plan.Activations.GetValueOrDefault(v)).FirstOrDefault(q => q is not null);
            QuantizationParameters parameters = policy.Rule == ScaleRule.Same ? _plan.Activations[node.Output]
                : beside is not null ? ActivationScales.Of(beside.Scales[0], 0)
                : ActivationScales.For(range, _plan.Type);
            node.SetInput(i, Constant(constant, $"{parameters.Scales[0]:R} {parameters.ZeroPoints[0]}", () => (ActivationScales.Quantize(content, parameters, _plan.Type), parameters)));
        }
    }

    private void QuantizeLayer(Node node)
    {
        (int dataInput, int biasInput) = TFLiteWeights.LayerInputs(node);
        Value weight = node.Inputs[1]!;
        Value? bias = node.InputOrDefault(biasInput);
        float[]? numbers = bias?.Constant!.ToFloats();
        float input = _plan.Activations[node.Inputs[dataInput]!].Scales[0];
        float output = _plan.Activations[node.Output].Scales[0];
        int? axis = _options.PerChannel ? TFLiteWeights.ChannelAxis(node) : null;
        float[] scales = LayerWeights.Scales(weight.Constant!, axis, _options.WeightScales.GetValueOrDefault(weight.Name), numbers, input, output);
        string form = string.Join(' ', scales.Select(s => s.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        node.SetInput(1, Constant(weight, form, () => ChannelCodes.Quantize(weight.Constant!, axis, scales, _threads)));
        if (bias is not null)
        {
            bool wide = _plan.Type == DataType.Int16;
            node.SetInput(biasInput, Constant(bias, $"{input:R}*{form}", () => LayerWeights.Bias(numbers!, scales, input, wide)));
        }
    }

    // A constant in one form is one; it keeps its name where nothing else takes it.
    private Value Constant(Value constant, string form, Func<(DenseTensorData Content, QuantizationParameters Parameters)> make)
    {
        if (_constants.TryGetValue((constant, form), out Value? known))
        {
            return known;
        }

        (DenseTensorData content, QuantizationParameters parameters) = make();
        string name = constant.Uses.Count == 1 && !_graph.IsOutput(constant) ? constant.Name : Unique(constant.Name + "_q");
        Value made = _graph.AddInitializer(name, content);
        made.Quantization = parameters;
        return _constants[(constant, form)] = made;
    }

    private void SetAttributes(Node node)
    {
        if (_plan.Type == DataType.Int16)
        {
            if (node.Operator is "ADD" or "SUB")
            {
                node.Attributes["pot_scale_int16"] = AttributeValue.Of(false);
            }

            if (node.Operator is "CONV_2D" or "FULLY_CONNECTED" or "TRANSPOSE_CONV" && node.InputOrDefault(TFLiteWeights.LayerInputs(node).Bias) is not null)
            {
                node.Attributes["quantized_bias_type"] = AttributeValue.Of("INT64");
            }
        }

        if (node.Attributes.ContainsKey("asymmetric_quantize_inputs"))
        {
            node.Attributes["asymmetric_quantize_inputs"] = AttributeValue.Of(false);
        }
    }

    private string Unique(string wanted)
    {
        string name = wanted;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = $"{wanted}_{i}";
        }

        return name;
    }
}
