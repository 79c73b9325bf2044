namespace Pare.Passes.Optimize;

/// <summary>
/// Cuts a model down to what leads from its inputs to its outputs. Rules: named inputs become bare placeholders (of TensorFlow: type only, as its own tool leaves them), named outputs become
/// the outputs, and what no output needs goes. Nothing else is touched; the order of the nodes stays.
/// </summary>
public sealed class StripUnusedPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="inputs">Names of values to feed, inner ones included; null or empty for the model's own.</param>
    /// <param name="outputs">Names of values to keep; null or empty for the model's own.</param>
    public StripUnusedPass(IReadOnlyList<string>? inputs = null, IReadOnlyList<string>? outputs = null)
    {
        Inputs = inputs ?? [];
        Outputs = outputs ?? [];
    }

    /// <inheritdoc/>
    public override string Name => "strip_unused";

    /// <inheritdoc/>
    public override string Summary => "keep what leads from the inputs to the outputs";

    /// <summary>Names of values to feed.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>Names of values to keep.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether inputs that are placeholders already lose all but their element type, shape included (as TensorFlow's own tool does). Default: true.</summary>
    public bool BarePlaceholders { get; init; } = true;

    /// <summary>Element types and shapes that override those of the inputs named; null entries override nothing.</summary>
    internal IReadOnlyDictionary<string, (DataType? Type, SymbolicShape? Shape)>? Overrides { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        Graph graph = model.Graph;
        Value[] outputs = [.. Outputs.Select(o => ValueNames.Resolve(model, o, "--outputs"))];
        Value[] inputs = [.. Inputs.Select(i => ValueNames.Resolve(model, i, "--inputs"))];
        if (outputs.Length > 0)
        {
            graph.Outputs.Clear();
            foreach (Value v in outputs.Distinct())
            {
                graph.Outputs.Add(v);
            }
        }

        if (graph.Outputs.Count == 0)
        {
            throw new UsageException("the model has no outputs; name them", "--outputs");
        }

        if (inputs.Length == 0 && BarePlaceholders && model.Vocabulary.NodeNamesAreUnique)
        {
            IReadOnlySet<Node> reached = GraphOrder.Ancestors(graph, graph.Outputs);
            foreach (Value v in graph.Inputs)
            {
                if (v.Producer is { } p && reached.Contains(p))
                {
                    MakeInput(model, v.Name, v, log);
                }
            }
        }
        else if (inputs.Length > 0)
        {
            List<Value> fed = [.. Inputs.Zip(inputs).Select(p => MakeInput(model, p.First, p.Second, log))];
            IReadOnlySet<Node> needed = GraphOrder.Ancestors(graph, graph.Outputs);
            Value[] others = [.. graph.Inputs.Where(v => !fed.Contains(v) && (v.Producer is { } p ? !p.IsRemoved && needed.Contains(p) : v.Uses.Any(u => needed.Contains(u.Node))))];
            graph.Inputs.Clear();
            foreach (Value v in fed.Concat(others))
            {
                graph.Inputs.Add(v);
            }
        }

        // A vocabulary without placeholder nodes declares its inputs: they stay even where unused, since callers feed them.
        IReadOnlySet<Node> kept = GraphOrder.Ancestors(graph, graph.Outputs);
        for (int i = graph.Inputs.Count - 1; i >= 0; i--)
        {
            if (graph.Inputs[i].Producer is { } p && !kept.Contains(p))
            {
                graph.Inputs.RemoveAt(i);
            }
        }

        log.Add("unused nodes removed", GraphEditing.Sweep(graph));
        return log.ToChanges();
    }

    private Value MakeInput(Model model, string name, Value value, ChangeLog log)
    {
        Graph graph = model.Graph;
        (DataType? type, SymbolicShape? shape) = Overrides?.GetValueOrDefault(name) ?? (null, null);
        if (value.Producer is not { } producer)
        {
            value.Type = type ?? value.Type;
            value.Shape = shape ?? value.Shape;
            return value;
        }

        if (!model.Vocabulary.NodeNamesAreUnique)
        {
            string own = value.Name;
            value.Name = new UniqueNames(graph).Make($"{own}_cut");
            Value input = new(own, type ?? value.Type, shape ?? value.Shape);
            graph.ReplaceUses(value, input);
            log.Add("values made inputs");
            return input;
        }

        if (value.OutputIndex != 0)
        {
            Node extra = graph.CreateNodeBefore(producer, new UniqueNames(graph).Make($"{producer.Name}_{value.OutputIndex}"), "Placeholder");
            Describe(extra, type ?? KnownType(value), shape ?? value.Shape, shape);
            graph.ReplaceUses(value, extra.Output);
            log.Add("values made inputs");
            return extra.Output;
        }

        bool isPlaceholder = producer.Operator == "Placeholder";
        DataType known = type ?? KnownType(value);
        bool isBare = isPlaceholder && producer.Attributes.Count == 1 && producer.Attributes.GetDataType("dtype") == known && shape is null;
        if (isBare || (isPlaceholder && !BarePlaceholders && type is null && shape is null))
        {
            return value;
        }

        if (known == DataType.Undefined)
        {
            throw new UsageException($"the element type of '{name}' cannot be told from the graph; say it with strip_unused_nodes(type=…)", "--inputs");
        }

        producer.Operator = "Placeholder";
        producer.SetInputs();
        foreach (Node control in producer.ControlInputs.ToArray())
        {
            producer.RemoveControlInput(control);
        }

        foreach (Value other in producer.Outputs.Skip(1).Where(o => o.Uses.Count > 0))
        {
            throw new UsageException($"'{name}' cannot be an input alone: output {other.OutputIndex} of its node is used as well; name that, too", "--inputs");
        }

        producer.TrimOutputs(1);
        foreach (string key in producer.Attributes.Keys.Where(k => k != "_output_shapes").ToArray())
        {
            producer.Attributes.Remove(key);
        }

        producer.Device = "";
        producer.Extension = null;
        Describe(producer, known, shape ?? value.Shape, shape);
        value.Constant = null;
        log.Add(isPlaceholder ? "placeholders made bare" : "values made inputs");
        return value;
    }

    private static void Describe(Node placeholder, DataType type, SymbolicShape? fact, SymbolicShape? attribute)
    {
        placeholder.Attributes["dtype"] = AttributeValue.Of(type);
        if (attribute is not null)
        {
            placeholder.Attributes["shape"] = AttributeValue.OfShape(attribute);
        }

        placeholder.Output.Type = type;
        placeholder.Output.Shape = fact;
    }

    private static DataType KnownType(Value value) => value.Type != DataType.Undefined ? value.Type : ElementTypes.Infer(value);
}
