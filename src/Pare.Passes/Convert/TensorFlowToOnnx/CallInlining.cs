namespace Pare.Passes.Conversion;

/// <summary>Makes a copy of a model in which functions stand where they are called, and says which of its values stand for those asked for.</summary>
internal static class CallInlining
{
    /// <summary>The model itself where it calls nothing, else the changed copy with the options for it.</summary>
    public static (Model Model, TensorFlowToOnnxOptions Options) Apply(Model model, TensorFlowToOnnxOptions options)
    {
        if (!FunctionInliner.HasCalls(model))
        {
            return (model, options);
        }

        Model copy = model.Clone();
        Dictionary<string, Node> nodes = new(StringComparer.Ordinal);
        foreach (Node n in copy.Graph.Nodes)
        {
            nodes.TryAdd(n.Name, n);
        }

        Value Map(Value v) => v.Producer is { } p ? nodes[p.Name].GetOrAddOutput(v.OutputIndex) : copy.Graph.Inputs[model.Graph.Inputs.IndexOf(v)];

        Value[]? inputs = options.Inputs is null ? null : [.. options.Inputs.Select(Map)];
        Value[] outputs = [.. (options.Outputs ?? [.. model.Graph.Outputs]).Select(Map)];
        copy.Graph.Outputs.Clear();
        foreach (Value v in outputs)
        {
            copy.Graph.Outputs.Add(v);
        }

        // What is fed is not called.
        foreach (Node fed in (inputs ?? []).Select(v => v.Producer).OfType<Node>().Where(n => n.Operator.EndsWith("PartitionedCall", StringComparison.Ordinal) && n.Outputs.Count == 1))
        {
            fed.SetInputs();
            fed.Operator = "Placeholder";
        }

        new FunctionInliner(copy).Run();
        return (copy, options with
        {
            Inputs = inputs ?? [.. copy.Graph.Inputs],
            Outputs = outputs,
            InputShapes = options.InputShapes.ToDictionary(s => Map(s.Key), s => s.Value),
        });
    }
}
