namespace Pare;

/// <summary>Deep copies of models; tensors and the formats' own objects are shared.</summary>
internal static class ModelCloner
{
    public static Model Clone(Model model)
    {
        Dictionary<Value, Value> values = new(ReferenceEqualityComparer.Instance);
        Dictionary<Node, Node> nodes = new(ReferenceEqualityComparer.Instance);
        Model copy = new(model.Vocabulary, CloneGraph(model.Graph, values, nodes)) { Extension = model.Extension };
        foreach (Graph g in model.Subgraphs)
        {
            copy.Subgraphs.Add(CloneGraph(g, values, nodes));
        }

        foreach (ModelFunction f in model.Functions)
        {
            copy.Functions.Add(CloneFunction(f, f.Name, values, nodes));
        }

        foreach ((string key, long value) in model.OperatorSets)
        {
            copy.OperatorSets[key] = value;
        }

        foreach ((string key, string value) in model.Metadata)
        {
            copy.Metadata[key] = value;
        }

        foreach (Diagnostic d in model.Diagnostics)
        {
            copy.Diagnostics.Add(d);
        }

        return copy;
    }

    public static ModelFunction Clone(ModelFunction function, string name) => CloneFunction(function, name, new(ReferenceEqualityComparer.Instance), new(ReferenceEqualityComparer.Instance));

    private static ModelFunction CloneFunction(ModelFunction function, string name, Dictionary<Value, Value> values, Dictionary<Node, Node> nodes)
    {
        ModelFunction copy = new(function.Domain, name, CloneGraph(function.Body, values, nodes)) { Extension = function.Extension };
        foreach ((string domain, long version) in function.OperatorSets)
        {
            copy.OperatorSets[domain] = version;
        }

        foreach (Node n in function.ControlOutputs)
        {
            copy.ControlOutputs.Add(nodes[n]);
        }

        if (function.IsChanged || name != function.Name)
        {
            copy.MarkChanged();
        }

        return copy;
    }

    private static Graph CloneGraph(Graph graph, Dictionary<Value, Value> values, Dictionary<Node, Node> nodes)
    {
        Graph copy = new(graph.Name) { Extension = graph.Extension };
        foreach (Value v in graph.Inputs.Concat(graph.Initializers).Concat(graph.Variables))
        {
            if (v.Producer is null && !values.ContainsKey(v))
            {
                Value c = new(v.Name, v.Type, v.Shape, v.Constant);
                CopyFacts(v, c);
                values[v] = c;
            }
        }

        // Nodes and outputs first, edges second: consumers may stand before producers.
        foreach (Node n in graph.Nodes)
        {
            Node c = copy.CreateNode(n.Name, n.Operator, outputs: 0, domain: n.Domain);
            c.Device = n.Device;
            c.Extension = n.Extension;
            nodes[n] = c;
            foreach (Value v in n.Outputs)
            {
                Value o = c.AddOutput(v.HasOwnName ? v.Name : null);
                o.Constant = v.Constant;
                CopyFacts(v, o);
                values[v] = o;
            }
        }

        foreach (Node n in graph.Nodes)
        {
            Node c = nodes[n];
            foreach (Value? v in n.Inputs)
            {
                c.AddInput(v is null ? null : Map(v, values));
            }

            foreach (Node control in n.ControlInputs)
            {
                c.AddControlInput(nodes[control]);
            }

            foreach ((string key, AttributeValue a) in n.Attributes)
            {
                c.Attributes[key] = a.Kind switch
                {
                    AttributeKind.Graph => AttributeValue.Of(CloneGraph(a.AsGraph, values, nodes)).WithExtension(a.Extension),
                    AttributeKind.Graphs => AttributeValue.Of([.. a.AsGraphs.Select(g => CloneGraph(g, values, nodes))]).WithExtension(a.Extension),
                    _ => a,
                };
            }
        }

        foreach (Value v in graph.Inputs)
        {
            copy.Inputs.Add(Map(v, values));
        }

        foreach (Value v in graph.Outputs)
        {
            copy.Outputs.Add(Map(v, values));
        }

        foreach (Value v in graph.Initializers)
        {
            copy.AddInitializer(Map(v, values));
        }

        foreach (Value v in graph.Variables)
        {
            copy.AddVariable(Map(v, values));
        }

        return copy;
    }

    private static Value Map(Value value, Dictionary<Value, Value> values)
    {
        if (!values.TryGetValue(value, out Value? copy))
        {
            copy = new Value(value.Name, value.Type, value.Shape, value.Constant);
            CopyFacts(value, copy);
            values[value] = copy;
        }

        return copy;
    }

    private static void CopyFacts(Value from, Value to)
    {
        to.Type = from.Type;
        to.Shape = from.Shape;
        to.Quantization = from.Quantization;
        to.Extension = from.Extension;
    }
}
