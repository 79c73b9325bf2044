namespace Pare.Passes.Optimize;

/// <summary>The values of a graph that also exist as codes, and the edits that make them. Made for one run of a pass; not thread-safe.</summary>
internal sealed class EightBitCodes(Model model)
{
    private readonly Dictionary<Value, Coded> _coded = new(ReferenceEqualityComparer.Instance);
    private readonly List<Node> _spare = [];
    private readonly UniqueNames _names = new(model.Graph);
    private Value? _flat;
    private Value? _first;

    private sealed record Coded(Value Codes, Value Min, Value Max);

    /// <summary>Puts the operator on codes in a node's place; the node itself becomes the Dequantize behind it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="form">Its counterpart.</param>
    /// <param name="range">Range of a 32-bit result; null measures it.</param>
    public void Replace(Node node, EightBitOperator form, (float Min, float Max)? range)
    {
        List<Value> first = [];
        List<Value> min = [];
        List<Value> max = [];
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (i == form.Plain)
            {
                first.Add(node.Inputs[i]!);
                continue;
            }

            Coded c = Of(node.Inputs[i]!, node);
            first.Add(c.Codes);
            min.Add(c.Min);
            max.Add(c.Max);
        }

        IEnumerable<Value> ranges = form.RangesApart ? min.Concat(max) : min.Zip(max).SelectMany(r => new[] { r.First, r.Second });
        Node main = Node(node, $"{node.Name}/eightbit", form.Name, [.. first, .. ranges]);
        foreach ((string name, DataType type) in form.Types)
        {
            main.Attributes[name] = AttributeValue.Of(type);
        }

        foreach (string name in form.Kept)
        {
            if (node.Attributes.TryGetValue(name, out AttributeValue? value))
            {
                main.Attributes[name] = value;
            }
        }

        foreach (Node control in node.ControlInputs.ToArray())
        {
            main.AddControlInput(control);
            node.RemoveControlInput(control);
        }

        Dequantize(node, form.IsWide ? Narrowed(node, main, range) : new Coded(main.Outputs[0], main.Outputs[1], main.Outputs[2]));
    }

    /// <summary>Makes a node the Dequantize of its first input's codes within a known range.</summary>
    public void QuantizeWithin(Node node, float min, float max)
    {
        Value low = Constant(node, $"{node.Name}/min", DenseTensorData.Create([min], TensorShape.Scalar));
        Value high = Constant(node, $"{node.Name}/max", DenseTensorData.Create([max], TensorShape.Scalar));
        Dequantize(node, Quantized(node, node.Name, node.Inputs[0]!, low, high));
    }

    /// <summary>Makes a placeholder take codes; consumers get what a Dequantize behind it gives.</summary>
    public void TakeInputAsCodes(Node placeholder, float min, float max)
    {
        Value input = placeholder.Output;
        Node back = placeholder.Graph.CreateNodeAfter(placeholder, _names.Make($"{placeholder.Name}_dequantize"), "Dequantize");
        model.Graph.ReplaceUses(input, back.Output);
        placeholder.Attributes["dtype"] = AttributeValue.Of(DataType.QUInt8);
        input.Type = DataType.QUInt8;
        back.Output.Shape = input.Shape;
        Value low = Constant(back, $"{placeholder.Name}_min", DenseTensorData.Create([min], TensorShape.Scalar));
        Value high = Constant(back, $"{placeholder.Name}_max", DenseTensorData.Create([max], TensorShape.Scalar));
        Dequantize(back, new Coded(input, low, high));
    }

    /// <summary>Removes what was needed only in binary32.</summary>
    public void RemoveUnused()
    {
        // A Dequantize goes before the constants it took.
        for (int i = _spare.Count - 1; i >= 0; i--)
        {
            Node n = _spare[i];
            if (!n.IsRemoved && n.ControlDependents.Count == 0 && n.Outputs.All(o => o.Uses.Count == 0 && !model.Graph.IsOutput(o)))
            {
                model.Graph.RemoveNode(n);
            }
        }
    }

    private Coded Of(Value value, Node consumer)
    {
        if (_coded.TryGetValue(value, out Coded? known))
        {
            return known;
        }

        Coded result;
        if (value.Producer is { Operator: "Dequantize" } d && d.Attributes.GetString("mode", "MIN_COMBINED") == "MIN_FIRST" && d.Attributes.GetDataType("T") == DataType.QUInt8 && d.Attributes.GetInteger("axis", -1) == -1)
        {
            result = new Coded(d.Inputs[0]!, d.Inputs[1]!, d.Inputs[2]!);
            _spare.Add(d);
        }
        else
        {
            string name = $"{NodeName(value)}_eightbit";
            result = value.Constant is { } content ? Constants(consumer, name, content) : Measured(consumer, name, value);
            if (value.IsConstant && value.Producer is { } constant)
            {
                _spare.Add(constant);
            }
        }

        return _coded[value] = result;
    }

    // The codes QuantizeV2 would give, made once: q = round(x·s) - round(min·s), s = 255/(max - min), the range widened to hold 0 and not to be too narrow.
    private Coded Constants(Node anchor, string name, TensorData content)
    {
        float[] values = content.ToFloats();
        float low = Math.Min(0, values.Min());
        float high = values.Max();
        high = Math.Max(0, Math.Max(high, low + (0.01f * Math.Max(1, Math.Max(Math.Abs(values.Min()), Math.Abs(high))))));
        float scale = 255 / (high - low);
        float start = MathF.Round(low * scale, MidpointRounding.AwayFromZero);
        byte[] codes = Array.ConvertAll(values, v => (byte)Math.Clamp(MathF.Round(v * scale, MidpointRounding.AwayFromZero) - start, 0, 255));
        return new Coded(
            Constant(anchor, $"{name}/codes", new DenseTensorData(DataType.QUInt8, content.Shape, codes)),
            Constant(anchor, $"{name}/min", DenseTensorData.Create([low], TensorShape.Scalar)),
            Constant(anchor, $"{name}/max", DenseTensorData.Create([high], TensorShape.Scalar)));
    }

    private Coded Measured(Node anchor, string name, Value value)
    {
        _flat ??= Constant(anchor, "eightbit/reshape_dims", DenseTensorData.Create([-1], new TensorShape(1)));
        _first ??= Constant(anchor, "eightbit/reduction_dims", DenseTensorData.Create([0], new TensorShape(1)));
        Node flat = Node(anchor, $"{name}/reshape", "Reshape", [value, _flat], 1);
        flat.Attributes["T"] = AttributeValue.Of(DataType.Float32);
        Value[] range = Array.ConvertAll(["Min", "Max"], o =>
        {
            Node n = Node(anchor, $"{name}/{(o == "Min" ? "min" : "max")}", o, [flat.Output, _first], 1);
            n.Attributes["T"] = AttributeValue.Of(DataType.Float32);
            n.Attributes["keep_dims"] = AttributeValue.Of(false);
            return n.Output;
        });
        return Quantized(anchor, name, value, range[0], range[1]);
    }

    private Coded Quantized(Node anchor, string name, Value value, Value min, Value max)
    {
        Node n = Node(anchor, $"{name}/quantize", "QuantizeV2", [value, min, max]);
        n.Attributes["T"] = AttributeValue.Of(DataType.QUInt8);
        n.Attributes["mode"] = AttributeValue.Of("MIN_FIRST");
        return new Coded(n.Outputs[0], n.Outputs[1], n.Outputs[2]);
    }

    private Coded Narrowed(Node anchor, Node wide, (float Min, float Max)? range)
    {
        Value min;
        Value max;
        if (range is { } r)
        {
            min = Constant(anchor, $"{wide.Name}/requant_min", DenseTensorData.Create([r.Min], TensorShape.Scalar));
            max = Constant(anchor, $"{wide.Name}/requant_max", DenseTensorData.Create([r.Max], TensorShape.Scalar));
        }
        else
        {
            Node measure = Node(anchor, $"{wide.Name}/requant_range", "RequantizationRange", wide.Outputs, 2);
            measure.Attributes["Tinput"] = AttributeValue.Of(DataType.QInt32);
            (min, max) = (measure.Outputs[0], measure.Outputs[1]);
        }

        Node n = Node(anchor, $"{wide.Name}/requantize", "Requantize", [.. wide.Outputs, min, max]);
        n.Attributes["Tinput"] = AttributeValue.Of(DataType.QInt32);
        n.Attributes["out_type"] = AttributeValue.Of(DataType.QUInt8);
        return new Coded(n.Outputs[0], n.Outputs[1], n.Outputs[2]);
    }

    private void Dequantize(Node node, Coded coded)
    {
        bool wasUsed = node.Output.Uses.Count > 0;
        foreach (Node producer in node.Inputs.Select(i => i?.Producer).OfType<Node>().Where(p => p.Operator == "Const"))
        {
            _spare.Add(producer);
        }

        node.Operator = "Dequantize";
        node.Extension = null;
        node.SetInputs(coded.Codes, coded.Min, coded.Max);
        foreach (string name in node.Attributes.Keys.Where(k => !k.StartsWith('_')).ToArray())
        {
            node.Attributes.Remove(name);
        }

        node.Attributes["T"] = AttributeValue.Of(DataType.QUInt8);
        node.Attributes["mode"] = AttributeValue.Of("MIN_FIRST");
        node.Output.Type = DataType.Float32;
        _coded[node.Output] = coded;
        if (wasUsed)
        {
            _spare.Add(node);
        }
    }

    private Node Node(Node anchor, string name, string @operator, IEnumerable<Value?> inputs, int outputs = 3)
    {
        Node n = anchor.Graph.CreateNodeBefore(anchor, _names.Make(name), @operator, inputs, outputs);
        n.Device = anchor.Device;
        return n;
    }

    private Value Constant(Node anchor, string name, TensorData content) => GraphEditing.CreateConstant(model, anchor, _names.Make(name), content);

    private static string NodeName(Value value) => value.Producer is { } n ? value.OutputIndex == 0 ? n.Name : $"{n.Name}_{value.OutputIndex}" : value.Name;
}
