namespace Pare.Passes.Optimize;

/// <summary>Computes constant values with the context's runner: all of them in one run.</summary>
internal static class ConstantRunner
{
    /// <summary>Puts each value's content into <paramref name="results"/>; nodes that cannot be run are added to <paramref name="left"/>, with a remark.</summary>
    public static void Compute(Model model, List<Value> values, PassContext context, Dictionary<Value, TensorData?> results, HashSet<Node> left, string pass)
    {
        if (values.Count == 0)
        {
            return;
        }

        if (context.Runner is null)
        {
            context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Information, $"{pass}: {values.Count} constant expressions were left, since there is nothing to compute them with", values[0].Producer?.Name));
            return;
        }

        List<Value> wanted = [.. values];
        for (int attempt = 0; attempt < 4 && wanted.Count > 0; attempt++)
        {
            try
            {
                IReadOnlyList<TensorData> computed = Run(model, wanted, context);
                for (int i = 0; i < wanted.Count; i++)
                {
                    results[wanted[i]] = computed[i];
                }

                return;
            }
            catch (UnsupportedModelException e) when (e.Nodes.Count > 0)
            {
                HashSet<string> bad = [.. e.Nodes.Select(n => n.Node)];
                int before = wanted.Count;
                wanted.RemoveAll(v => GraphOrder.Ancestors(model.Graph, [v]).Any(n => bad.Contains(n.Name)));
                left.UnionWith(model.Graph.Nodes.Where(n => bad.Contains(n.Name)));
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Information, $"{pass}: left what cannot be computed here: {e.Message}", e.Where));
                if (wanted.Count == before)
                {
                    return;
                }
            }
            catch (PareException e)
            {
                context.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"{pass}: {wanted.Count} constant expressions were left: {e.Message}", e.Where));
                return;
            }
        }
    }

    private static IReadOnlyList<TensorData> Run(Model model, List<Value> values, PassContext context)
    {
        Model part = model.Clone();
        Dictionary<(string, int), Value> byPlace = [];
        foreach ((Node original, Node copy) in model.Graph.Nodes.Zip(part.Graph.Nodes))
        {
            foreach ((Value v, Value c) in original.Outputs.Zip(copy.Outputs))
            {
                byPlace[(v.Name, v.OutputIndex)] = c;
            }
        }

        part.Graph.Inputs.Clear();
        part.Graph.Outputs.Clear();
        foreach (Value v in values)
        {
            part.Graph.Outputs.Add(byPlace[(v.Name, v.OutputIndex)]);
        }

        GraphEditing.Sweep(part.Graph);
        using IModelSession session = context.Runner!.Load(part);
        return session.Run([]);
    }
}
