namespace Pare;

/// <summary>
/// Puts the bodies of TensorFlow functions where they are called (<c>PartitionedCall</c>, <c>StatefulPartitionedCall</c>, nodes whose operator is a function's
/// name), inner calls too. Control flow keeps its functions (<c>If</c>, <c>While</c>, <c>Case</c>), calls inside those are put in as well. Nodes get the call's name in
/// front of theirs; a call that gives an output of its graph stays as <c>Identity</c> or <c>IdentityN</c>, so that the output keeps its name. Made for one run; not thread-safe.
/// </summary>
public sealed class FunctionInliner
{
    private const int MaxDepth = 64;
    private const int FreeNodes = 30_000;
    private const int Growth = 16;

    private readonly Model _model;
    private readonly Dictionary<string, ModelFunction> _functions;
    private readonly long _limit;
    private long _nodes;
    private int _count;

    /// <summary>Prepares to change a model.</summary>
    public FunctionInliner(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _functions = model.Functions.Where(f => f.Domain.Length == 0).GroupBy(f => f.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        _limit = FreeNodes + (Growth * (model.Graph.Nodes.Count + model.Functions.Sum(f => (long)f.Body.Nodes.Count)));
    }

    /// <summary>Whether a model's main graph or a function of its library calls functions.</summary>
    public static bool HasCalls(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        HashSet<string> names = [.. model.Functions.Select(f => f.Name)];
        return names.Count > 0 && model.Functions.Select(f => f.Body).Append(model.Graph).SelectMany(g => g.Nodes).Any(n => FunctionCalls.CalleeOf(n, names.Contains) is not null);
    }

    /// <summary>Puts all bodies in and removes functions that nothing refers to any more.</summary>
    /// <returns>How many calls were replaced.</returns>
    /// <exception cref="GraphException">A function calls itself, a call does not fit the function, or the graph would grow beyond reason.</exception>
    public int Run()
    {
        if (!ReferenceEquals(_model.Vocabulary, Vocabularies.TensorFlow) || _functions.Count == 0)
        {
            return 0;
        }

        InlineInto(_model.Graph, body: false);
        HashSet<string> referred = new(StringComparer.Ordinal);
        Stack<Graph> graphs = new([_model.Graph]);
        while (graphs.TryPop(out Graph? graph))
        {
            foreach (string name in graph.Nodes.SelectMany(FunctionCalls.ReferencesOf))
            {
                if (_functions.TryGetValue(name, out ModelFunction? f) && referred.Add(name))
                {
                    InlineInto(f.Body, body: true);
                    graphs.Push(f.Body);
                }
            }
        }

        foreach (ModelFunction f in _functions.Values.Where(f => !referred.Contains(f.Name)))
        {
            _model.Functions.Remove(f);
        }

        return _count;
    }

    private void InlineInto(Graph graph, bool body)
    {
        Stack<(Node Call, FunctionReference Callee, int Depth)> stack = new();
        foreach (Node n in graph.Nodes.Reverse())
        {
            if (FunctionCalls.CalleeOf(n, _functions.ContainsKey) is { } callee)
            {
                stack.Push((n, callee, 0));
            }
        }

        if (stack.Count == 0)
        {
            return;
        }

        UniqueNames names = new(graph);
        while (stack.TryPop(out (Node Call, FunctionReference Callee, int Depth) next))
        {
            if (next.Depth > MaxDepth)
            {
                throw new GraphException($"functions call each other more than {MaxDepth} deep ('{next.Callee.Name}'); a function that calls itself cannot be put in", next.Call.Name);
            }

            if (!_functions.TryGetValue(next.Callee.Name, out ModelFunction? function))
            {
                throw new GraphException($"the function '{next.Callee.Name}' is not in the model's library", next.Call.Name);
            }

            foreach (Node inner in Expand(graph, next.Call, function, next.Callee, names, body))
            {
                if (FunctionCalls.CalleeOf(inner, _functions.ContainsKey) is { } further)
                {
                    stack.Push((inner, further, next.Depth + 1));
                }
            }
        }

        foreach (ModelFunction f in _functions.Values.Where(f => ReferenceEquals(f.Body, graph)))
        {
            f.MarkChanged();
        }
    }

    private List<Node> Expand(Graph graph, Node call, ModelFunction function, FunctionReference callee, UniqueNames names, bool body)
    {
        if (call.Inputs.Count != function.Body.Inputs.Count || call.Outputs.Count > function.Body.Outputs.Count)
        {
            throw new GraphException(
                $"the call has {call.Inputs.Count} inputs and {call.Outputs.Count} outputs, the function '{function.Name}' {function.Body.Inputs.Count} and {function.Body.Outputs.Count}", call.Name);
        }

        _nodes += function.Body.Nodes.Count;
        _count++;
        if (_nodes > _limit)
        {
            throw new GraphException($"with its functions put in, the graph would have more than {_limit} nodes", call.Name);
        }

        FunctionCopy copy = new(graph, call, callee, names, body);
        copy.Add(function.Body);
        Replace(graph, call, body, [.. function.Body.Outputs.Take(call.Outputs.Count).Select(copy.Map)], [.. function.ControlOutputs.Select(copy.Map)]);
        return copy.Nodes;
    }

    // What took the call's outputs takes the body's; the call itself stays only where the graph's outputs need its name.
    private static void Replace(Graph graph, Node call, bool body, Value[] results, Node[] waited)
    {
        for (int i = 0; i < results.Length; i++)
        {
            if (body)
            {
                graph.ReplaceUses(call.Outputs[i], results[i]);
            }
            else
            {
                call.Outputs[i].ReplaceUsesWith(results[i]);
            }
        }

        if (!call.Outputs.Any(graph.IsOutput))
        {
            Node[] done = waited.Length > 0 ? waited : [.. results.Select(v => v.Producer).OfType<Node>().Distinct()];
            foreach (Node dependent in call.ControlDependents.ToArray())
            {
                foreach (Node n in done)
                {
                    dependent.AddControlInput(n);
                }
            }

            graph.RemoveNodes([call]);
            return;
        }

        DataType[] types = [.. results.Select((v, i) => v.Type != DataType.Undefined ? v.Type : FunctionCalls.OutputTypeOf(call, i))];
        foreach (string key in call.Attributes.Keys.ToArray())
        {
            call.Attributes.Remove(key);
        }

        call.SetInputs(results);
        foreach (Node n in waited)
        {
            call.AddControlInput(n);
        }

        call.Operator = results.Length switch { 0 => "NoOp", 1 => "Identity", _ => "IdentityN" };
        if (results.Length == 1)
        {
            call.Attributes["T"] = AttributeValue.Of(types[0]);
        }
        else if (results.Length > 1)
        {
            call.Attributes["T"] = AttributeValue.Of([.. types]);
        }
    }
}
