namespace Pare.Passes.Optimize.Onnx;

/// <summary>
/// Puts the bodies of an ONNX model's functions where they are called, as far as the file shrinks by it: those that are called once, so that the other rules reach into them; and removes
/// functions that nothing calls. Values keep their contents, the graph's outputs their names. A function stays as it is where its operator sets are not the model's, where it holds
/// inner graphs, or where an attribute refers to one that the call does not give. Models of other vocabularies are left alone.
/// </summary>
public sealed class InlineOnnxFunctionsPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "inline_onnx_functions";

    /// <inheritdoc/>
    public override string Summary => "put functions that are called once where they are called";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.Onnx) || model.Functions.Count == 0)
        {
            return log.ToChanges();
        }

        // A call that was put in may have been the last but one of another function: as long as there is something to do. Each round takes a function away.
        UniqueNames names = new(model.Graph);
        while (Next(model) is { } next)
        {
            if (next.Call is { } call)
            {
                PutIn(call, next.Function, names);
                log.Add("functions called once put in");
            }
            else
            {
                log.Add("functions that nothing calls removed");
            }

            model.Functions.Remove(next.Function);
        }

        return log.ToChanges();
    }

    private static (ModelFunction Function, Node? Call)? Next(Model model)
    {
        // Calls within functions' bodies count, but bodies are not written to.
        Node[] inGraph = [.. model.Graph.SelfAndSubgraphs().SelectMany(g => g.Nodes)];
        Node[] inBodies = [.. model.Functions.SelectMany(f => f.Body.SelfAndSubgraphs()).SelectMany(g => g.Nodes)];
        foreach (ModelFunction f in model.Functions)
        {
            Node[] calls = [.. inGraph.Where(n => Calls(n, f)).Take(2)];
            bool inner = inBodies.Any(n => Calls(n, f));
            if (!inner && calls.Length == 0)
            {
                return (f, null);
            }

            if (!inner && calls.Length == 1 && CanPutIn(model, f, calls[0]))
            {
                return (f, calls[0]);
            }
        }

        return null;
    }

    private static bool Calls(Node node, ModelFunction function) => node.Operator == function.Name && node.Domain == function.Domain;

    private static bool CanPutIn(Model model, ModelFunction function, Node call)
    {
        Graph body = function.Body;
        return call.Inputs.Count <= body.Inputs.Count
            && call.Outputs.Count <= body.Outputs.Count
            && body.Initializers.Count == 0
            && function.OperatorSets.All(s => !body.Nodes.Any(n => n.Domain == s.Key) || (model.OperatorSets.TryGetValue(s.Key, out long version) && version == s.Value))
            && !call.Graph.Nodes.SelectMany(n => n.Subgraphs()).Any(g => g.Outputs.Any(call.Outputs.Contains))
            && body.Nodes.All(n => !n.Subgraphs().Any() && n.Attributes.Values.All(a => a.Kind != AttributeKind.Placeholder || call.Attributes.ContainsKey(a.AsString)))
            && body.Outputs.Take(call.Outputs.Count).All(v => v.Producer is not null || body.Inputs.IndexOf(v) is int i && i >= 0 && call.InputOrDefault(i) is not null);
    }

    private static void PutIn(Node call, ModelFunction function, UniqueNames names)
    {
        Graph graph = call.Graph;
        Dictionary<Value, Value?> values = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < function.Body.Inputs.Count; i++)
        {
            values[function.Body.Inputs[i]] = call.InputOrDefault(i);
        }

        foreach (Node n in function.Body.Nodes)
        {
            Node copy = graph.CreateNodeBefore(call, n.Name.Length == 0 ? "" : names.Make(n.Name), n.Operator, n.Inputs.Select(v => v is null ? null : values.GetValueOrDefault(v)), outputs: 0, domain: n.Domain);
            copy.Extension = n.Extension;
            foreach ((string key, AttributeValue value) in n.Attributes)
            {
                copy.Attributes[key] = value.Kind == AttributeKind.Placeholder ? call.Attributes[value.AsString] : value;
            }

            foreach (Value v in n.Outputs)
            {
                Value output = copy.AddOutput(v.Name.Length == 0 ? "" : names.Make(v.Name));
                (output.Type, output.Shape, output.Constant) = (v.Type, v.Shape, v.Constant);
                values[v] = output;
            }
        }

        HashSet<Value> given = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < call.Outputs.Count; i++)
        {
            Value old = call.Outputs[i];
            Value result = values[function.Body.Outputs[i]]!;
            if (function.Body.Outputs[i].Producer is null || !given.Add(result))
            {
                // What only passes through, or is given twice, needs a value of its own for the name.
                result = graph.CreateNodeBefore(call, "", "Identity", [result]).Output;
            }

            // Last, since the two bear one name until the call is gone.
            result.Name = old.Name;
            (result.Type, result.Shape, result.Extension) = (old.Type == DataType.Undefined ? result.Type : old.Type, old.Shape ?? result.Shape, old.Extension);
            graph.ReplaceUses(old, result);
        }

        graph.RemoveNode(call);
    }
}
