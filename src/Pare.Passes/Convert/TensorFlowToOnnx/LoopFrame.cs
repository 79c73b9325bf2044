namespace Pare.Passes.Conversion;

/// <summary>A loop variable: what enters, what is merged, what the next round gets, and the nodes that give its last value out.</summary>
internal sealed record LoopVariable(Node Enter, Node Merge, Node Switch, Value Next, IReadOnlyList<Node> Exits);

/// <summary>A loop of TensorFlow 1 with no loop inside it.</summary>
internal sealed class LoopFrame
{
    private readonly HashSet<Node> _inside = [];

    private LoopFrame(Node condition) => Condition = condition;

    /// <summary>The LoopCond node.</summary>
    public Node Condition { get; }

    /// <summary>What changes from round to round.</summary>
    public List<LoopVariable> Variables { get; } = [];

    /// <summary>Enter nodes of what stays the same.</summary>
    public List<Node> Constants { get; } = [];

    /// <summary>The loop that a LoopCond node steers, or null where it is no innermost loop, or not built as expected.</summary>
    public static LoopFrame? Find(Node condition)
    {
        LoopFrame frame = new(condition);
        if (condition.InputOrDefault(0) is null)
        {
            return null;
        }

        foreach (Node s in condition.Output.Uses.Where(u => u.Index == 1 && u.Node.Operator is "Switch" or "RefSwitch").Select(u => u.Node).Distinct())
        {
            if (s.InputOrDefault(0)?.Producer is not { } merge || !SwitchGuards.IsMerge(merge))
            {
                continue;
            }

            Node? enter = merge.Inputs.Select(v => v?.Producer).FirstOrDefault(n => n?.Operator is "Enter" or "RefEnter");
            Node? next = merge.Inputs.Select(v => v?.Producer).FirstOrDefault(n => n?.Operator is "NextIteration" or "RefNextIteration");
            if (enter?.InputOrDefault(0) is null || next?.InputOrDefault(0) is not { } value)
            {
                return null;
            }

            Node[] exits = [.. s.Outputs.Where(v => v.OutputIndex == 0).SelectMany(v => v.Uses).Select(u => u.Node).Where(n => n.Operator is "Exit" or "RefExit")];
            frame.Variables.Add(new LoopVariable(enter, merge, s, value, exits));
            frame._inside.UnionWith([enter, merge, s, next]);
        }

        frame._inside.Add(condition);
        return frame.Variables.Count > 0 && frame.Walk() ? frame : null;
    }

    /// <summary>Nodes of the loop that nothing outside takes any more.</summary>
    public IEnumerable<Node> Inside(Graph graph)
    {
        // Constants that hang on the loop by control edges only may be used elsewhere; what others take stays.
        HashSet<Node> gone = [.. _inside];
        for (bool changed = true; changed;)
        {
            changed = gone.RemoveWhere(n => n.Outputs.Any(v => graph.IsOutput(v) || v.Uses.Any(u => !gone.Contains(u.Node)))) > 0;
        }

        return gone;
    }

    // Everything that the condition and the next values need, back to what enters. Another loop's nodes on the way: this one is not innermost.
    private bool Walk()
    {
        Stack<Node> stack = new(Variables.Select(v => v.Next).Append(Condition.Inputs[0]!).Select(v => v.Producer).OfType<Node>());
        HashSet<Node> seen = [];
        while (stack.TryPop(out Node? n))
        {
            if (_inside.Contains(n) || !seen.Add(n))
            {
                continue;
            }

            switch (n.Operator)
            {
                case "Enter" or "RefEnter":
                    if (n.InputOrDefault(0) is null)
                    {
                        return false;
                    }

                    Constants.Add(n);
                    continue;
                case "Exit" or "RefExit" or "LoopCond" or "NextIteration" or "RefNextIteration":
                    return false;
                default:
                    break;
            }

            foreach (Node before in n.Inputs.Select(v => v?.Producer).OfType<Node>())
            {
                stack.Push(before);
            }
        }

        _inside.UnionWith(seen);
        return true;
    }
}
