namespace Pare.Passes.Conversion;

/// <summary>Makes a copy of a model in which functions stand where they are called and TensorFlow 1's loops are functional ones, and says which of its values stand for those asked for.</summary>
internal static class ModelPreparation
{
    /// <summary>The model itself where it has neither, else the changed copy with the options for it.</summary>
    public static (Model Model, TensorFlowToOnnxOptions Options) Apply(Model model, TensorFlowToOnnxOptions options)
    {
        bool calls = FunctionInliner.HasCalls(model);
        bool loops = FunctionalizeLoops.HasLoops(model);
        if (!calls && !loops)
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

        Value[] inputs = [.. (options.Inputs ?? [.. model.Graph.Inputs]).Select(Map)];
        Value[] outputs = [.. (options.Outputs ?? [.. model.Graph.Outputs]).Select(Map)];
        copy.Graph.Outputs.Clear();
        foreach (Value v in outputs)
        {
            copy.Graph.Outputs.Add(v);
        }

        // What is fed is not called.
        foreach (Node fed in inputs.Select(v => v.Producer).OfType<Node>().Where(n => n.Operator.EndsWith("PartitionedCall", StringComparison.Ordinal) && n.Outputs.Count == 1))
        {
            fed.SetInputs();
            fed.Operator = "Placeholder";
        }

        if (calls)
        {
            new FunctionInliner(copy).Run();
        }

        FunctionalizeLoops.Run(copy);
        return (copy, options with { Inputs = inputs, Outputs = outputs, InputShapes = options.InputShapes.ToDictionary(s => Map(s.Key), s => s.Value) });
    }
}
