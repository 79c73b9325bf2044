namespace Pare.Passes.Optimize;

/// <summary>
/// Decides TensorFlow 1 branches whose predicate is constant. Rules: the live side of a Switch takes the data's place; what depends on its dead side, by data or control, is dead until a Merge; a Merge
/// with one live input becomes an Identity, its index a constant. Branches with a predicate known only at run time, and loops, stay as they are.
/// </summary>
public sealed class RemoveDeadBranchesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "remove_dead_branches";

    /// <inheritdoc/>
    public override string Summary => "decide Switch and Merge whose predicate is constant";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        Graph graph = model.Graph;
        ChangeLog log = new(Name);
        if (!model.Vocabulary.NodeNamesAreUnique || !graph.Nodes.Any(n => n.Operator is "Switch" or "RefSwitch"))
        {
            return [];
        }

        HashSet<Node> deadNodes = [];
        HashSet<Value> dead = new(ReferenceEqualityComparer.Instance);
        UniqueNames? names = null;
        foreach (Node n in GraphOrder.Topological(graph, model.Vocabulary.IsBackEdge))
        {
            bool isMerge = n.Operator is "Merge" or "RefMerge";
            if (n.ControlInputs.Any(deadNodes.Contains) || (!isMerge && n.Inputs.Any(v => v is not null && dead.Contains(v))))
            {
                deadNodes.Add(n);
                dead.UnionWith(n.Outputs);
            }
            else if (isMerge)
            {
                int live = n.Inputs.Count(v => v is not null && !dead.Contains(v));
                if (live == 0)
                {
                    deadNodes.Add(n);
                    dead.UnionWith(n.Outputs);
                }
                else if (live < n.Inputs.Count)
                {
                    Decide(model, n, live, dead, names ??= new UniqueNames(graph), log);
                }
            }
            else if (n.Operator is "Switch" or "RefSwitch" && n.Inputs.Count == 2 && Predicate(graph, n.Inputs[1]) is { } taken)
            {
                int side = taken ? 1 : 0;
                if (n.Outputs.Count > 1 - side)
                {
                    dead.Add(n.Outputs[1 - side]);
                }

                if (n.Outputs.Count > side && !graph.IsOutput(n.Outputs[side]))
                {
                    n.Outputs[side].ReplaceUsesWith(n.Inputs[0]!);
                }

                log.Add("Switch decided");
            }
        }

        if (graph.Outputs.FirstOrDefault(dead.Contains) is { } lost)
        {
            throw new PassException(Name, $"the output '{lost.Name}' lies on a branch that is never taken; freeze the predicate to the other value", lost.Producer?.Name);
        }

        if (deadNodes.Count > 0)
        {
            graph.RemoveNodes(deadNodes);
            log.Add("dead nodes removed", deadNodes.Count);
        }

        // Switches that were decided hold nothing any more.
        foreach (Node n in graph.Nodes)
        {
            if (n.Operator is "Switch" or "RefSwitch" && n.ControlDependents.Count == 0 && n.Outputs.All(o => o.Uses.Count == 0 && !graph.IsOutput(o)))
            {
                graph.RemoveNode(n);
            }
        }

        return log.ToChanges();
    }

    private static void Decide(Model model, Node merge, int live, HashSet<Value> dead, UniqueNames names, ChangeLog log)
    {
        Value?[] inputs = [.. merge.Inputs];
        if (live > 1)
        {
            if (merge.Outputs.Count < 2 || (merge.Outputs[1].Uses.Count == 0 && !merge.Graph.IsOutput(merge.Outputs[1])))
            {
                merge.SetInputs(inputs.Where(v => v is not null && !dead.Contains(v)));
                merge.Attributes["N"] = AttributeValue.Of((long)live);
                log.Add("Merge narrowed");
            }

            return;
        }

        int index = Array.FindIndex(inputs, v => v is not null && !dead.Contains(v));
        if (merge.Outputs.Count > 1 && merge.Outputs[1].Uses.Count > 0)
        {
            Value constant = GraphEditing.CreateConstant(model, merge, names.Make($"{merge.Name}_index"), DenseTensorData.Create([index], TensorShape.Scalar));
            merge.Outputs[1].ReplaceUsesWith(constant);
        }

        if (merge.Outputs.Count > 1 && merge.Graph.IsOutput(merge.Outputs[1]))
        {
            throw new PassException("remove_dead_branches", "the index of a decided Merge is an output of the graph", merge.Name);
        }

        merge.SetInputs(inputs[index]);
        merge.TrimOutputs(1);
        merge.Operator = "Identity";
        merge.Extension = null;
        merge.Attributes.Remove("N");
        log.Add("Merge decided");
    }

    private static bool? Predicate(Graph graph, Value? value)
    {
        for (int depth = 0; depth < 64 && value is not null; depth++)
        {
            if (value.Constant is { Type: DataType.Boolean, Count: 1 } c)
            {
                return c.ToInt64s()[0] != 0;
            }

            if (value.Producer is not { } n || GraphEditing.IsInput(graph, value))
            {
                return null;
            }

            switch (n.Operator)
            {
                case "Identity" or "StopGradient" or "Snapshot" or "PlaceholderWithDefault" or "Squeeze" or "Reshape" or "ExpandDims":
                    value = n.InputOrDefault(0);
                    break;
                case "LogicalNot":
                    return !Predicate(graph, n.InputOrDefault(0));
                case "LogicalAnd" or "LogicalOr":
                    bool? a = Predicate(graph, n.InputOrDefault(0));
                    bool? b = Predicate(graph, n.InputOrDefault(1));
                    return n.Operator == "LogicalAnd" ? a & b : a | b;
                default:
                    return null;
            }
        }

        return null;
    }
}
