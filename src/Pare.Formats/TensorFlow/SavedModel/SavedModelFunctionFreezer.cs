namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Follows a variable's handle through a graph and the functions of its control flow, and turns what reads the variable into what takes its value.</summary>
internal sealed class SavedModelFunctionFreezer(Model model)
{
    private const int MaxDepth = 64;

    private readonly HashSet<Value> _frozen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether everything that a handle reaches only reads.</summary>
    public bool CanFreeze(Value handle) => CanFreeze(handle, 0, new(ReferenceEqualityComparer.Instance));

    /// <summary>Turns everything that a handle reaches; <see cref="CanFreeze(Value)"/> must hold.</summary>
    public void Freeze(Value handle, Graph graph, DataType type, SymbolicShape shape)
    {
        if (!_frozen.Add(handle))
        {
            return;
        }

        handle.Type = type;
        foreach (Use use in handle.Uses.ToArray())
        {
            Node n = use.Node;
            switch (n.Operator)
            {
                case "ReadVariableOp":
                    Rename(n, "Identity", ("T", AttributeValue.Of(type)));
                    n.Output.Type = type;
                    n.Output.Shape = shape;
                    break;
                case "VarIsInitializedOp":
                    Rename(n, "Const", ("dtype", AttributeValue.Of(DataType.Boolean)));
                    n.SetInputs();
                    n.Output.Constant = new DenseTensorData(DataType.Boolean, TensorShape.Scalar, new byte[] { 1 });
                    break;
                case "ResourceGather":
                    Gather(n, graph, type);
                    break;
                case "ResourceGatherNd":
                    Rename(n, "GatherNd", ("Tparams", AttributeValue.Of(type)), ("Tindices", n.Attributes["Tindices"]));
                    break;
                case "Identity" or "Enter" or "RefEnter" or "Exit" or "NextIteration" or "Switch" or "Merge":
                    n.Attributes["T"] = AttributeValue.Of(type);
                    foreach (Value v in n.Operator == "Merge" ? n.Outputs.Take(1) : n.Outputs)
                    {
                        Freeze(v, graph, type, shape);
                    }

                    break;
                default:
                    FreezeInFunctions(n, use.Index, graph, type, shape);
                    break;
            }
        }
    }

    private bool CanFreeze(Value handle, int depth, HashSet<Value> seen)
    {
        if (!seen.Add(handle))
        {
            return true;
        }

        foreach (Use use in handle.Uses)
        {
            Node n = use.Node;
            bool reads = n.Operator switch
            {
                "ReadVariableOp" or "VarIsInitializedOp" or "ResourceGatherNd" => true,
                "ResourceGather" => use.Index == 0,
                "Identity" or "Enter" or "RefEnter" or "Exit" or "NextIteration" or "Switch" or "Merge" => n.Outputs.All(v => CanFreeze(v, depth, seen)),
                _ => depth < MaxDepth && ArgumentOf(n, use.Index) is { } argument && CalleesOf(n).ToArray() is { Length: > 0 } callees
                    && callees.All(c => Find(c.Function.Name) is { } f && argument < f.Body.Inputs.Count && CanFreeze(f.Body.Inputs[argument], depth + 1, seen))
                    && PassesThrough(n, argument) && OutputsOf(n, argument).All(v => CanFreeze(v, depth, seen)),
            };
            if (!reads)
            {
                return false;
            }
        }

        return true;
    }

    // If and Case have their predicate in front of the arguments.
    private static int? ArgumentOf(Node node, int input) => node.Operator switch
    {
        "While" or "StatelessWhile" => input,
        "If" or "StatelessIf" or "Case" or "StatelessCase" => input > 0 ? input - 1 : null,
        _ => null,
    };

    private static IEnumerable<(string Attribute, FunctionReference Function)> CalleesOf(Node node)
        => node.Attributes.Where(a => a.Value.Kind == AttributeKind.Function).Select(a => (a.Key, a.Value.AsFunction));

    // A loop must hand the handle on unchanged.
    private bool PassesThrough(Node node, int argument)
    {
        if (node.Operator is not ("While" or "StatelessWhile"))
        {
            return true;
        }

        Graph body = Find(node.Attributes["body"].AsFunction.Name)!.Body;
        Value? v = argument < body.Outputs.Count ? body.Outputs[argument] : null;
        for (int i = 0; i < 1000 && v?.Producer is { Operator: "Identity" } p; i++)
        {
            v = p.InputOrDefault(0);
        }

        return ReferenceEquals(v, body.Inputs[argument]);
    }

    private static IEnumerable<Value> OutputsOf(Node node, int argument) => node.Operator is "While" or "StatelessWhile" && argument < node.Outputs.Count ? [node.Outputs[argument]] : [];

    private void FreezeInFunctions(Node node, int input, Graph graph, DataType type, SymbolicShape shape)
    {
        int argument = ArgumentOf(node, input)!.Value;
        string types = node.Operator is "While" or "StatelessWhile" ? "T" : "Tin";
        if (node.Attributes.TryGetValue(types, out AttributeValue? list) && list.Kind == AttributeKind.Types && argument < list.AsTypes.Length)
        {
            node.Attributes[types] = AttributeValue.Of(list.AsTypes.SetItem(argument, type));
        }

        foreach ((string attribute, FunctionReference reference) in CalleesOf(node).ToArray())
        {
            ModelFunction own = OwnCopy(node, attribute, reference);
            own.MarkChanged();
            Freeze(own.Body.Inputs[argument], own.Body, type, shape);
        }

        foreach (Value v in OutputsOf(node, argument))
        {
            Freeze(v, graph, type, shape);
        }
    }

    // A function that others refer to as well is copied before it is changed for one of them.
    private ModelFunction OwnCopy(Node node, string attribute, FunctionReference reference)
    {
        ModelFunction function = Find(reference.Name)!;
        int references = model.Functions.Select(f => f.Body).Append(model.Graph).SelectMany(g => g.Nodes).Sum(n => FunctionCalls.ReferencesOf(n).Count(r => r == reference.Name));
        if (references <= 1)
        {
            return function;
        }

        string name = reference.Name;
        for (int i = 1; Find(name) is not null; i++)
        {
            name = $"{reference.Name}_frozen_{i}";
        }

        ModelFunction copy = function.Clone(name);
        model.Functions.Add(copy);
        node.Attributes[attribute] = AttributeValue.Of(new FunctionReference(name, reference.Attributes));
        return copy;
    }

    private ModelFunction? Find(string name) => model.Functions.FirstOrDefault(f => f.Name == name);

    private static void Gather(Node n, Graph graph, DataType type)
    {
        string name = n.Name + "/axis";
        for (int i = 1; graph.FindNode(name) is not null; i++)
        {
            name = $"{n.Name}/axis_{i}";
        }

        Node axis = graph.CreateNodeBefore(n, name, "Const");
        axis.Attributes["dtype"] = AttributeValue.Of(DataType.Int32);
        axis.Output.Constant = DenseTensorData.Create<int>(DataType.Int32, [0], TensorShape.Scalar);
        axis.Output.Type = DataType.Int32;
        axis.Output.Shape = new SymbolicShape();
        long batch = n.Attributes.GetInteger("batch_dims");
        if (batch != 0)
        {
            // Rows are gathered on the axis behind the batch.
            axis.Output.Constant = DenseTensorData.Create<int>(DataType.Int32, [(int)batch], TensorShape.Scalar);
        }

        Rename(n, "GatherV2", ("Tparams", AttributeValue.Of(type)), ("Tindices", n.Attributes["Tindices"]), ("Taxis", AttributeValue.Of(DataType.Int32)), ("batch_dims", AttributeValue.Of(batch)));
        n.AddInput(axis.Output);
        n.Output.Type = type;
    }

    private static void Rename(Node n, string @operator, params ReadOnlySpan<(string Key, AttributeValue Value)> attributes)
    {
        (string Key, AttributeValue Value)[] all = attributes.ToArray();
        foreach (string key in n.Attributes.Keys.ToArray())
        {
            n.Attributes.Remove(key);
        }

        foreach ((string key, AttributeValue value) in all)
        {
            n.Attributes[key] = value;
        }

        // In a function's body outputs bear the name of the old operator's.
        foreach (Value v in n.Outputs.Where(v => v.HasOwnName))
        {
            v.Name = $"{n.Name}:output:{v.OutputIndex}";
        }

        n.Operator = @operator;
        n.Extension = null;
    }
}
