namespace Pare.Passes.Optimize;

/// <summary>Removal of what an edit left without a consumer.</summary>
internal static class Unused
{
    /// <summary>Removes a value's producer, and what only it needed, if nothing consumes it any more and dropping it does nothing else.</summary>
    public static void Remove(Vocabulary vocabulary, params IEnumerable<Value?> values)
    {
        Stack<Value?> stack = new(values);
        while (stack.TryPop(out Value? v))
        {
            if (v is null)
            {
                continue;
            }

            if (v.Producer is not { } n)
            {
                continue;
            }

            OperatorKind kind = vocabulary.TraitsOf(n).Kind;
            if (n.IsRemoved || !(vocabulary.TraitsOf(n).IsPure || kind is OperatorKind.Constant or OperatorKind.Random) || n.ControlDependents.Count > 0
                || n.Outputs.Any(o => o.Uses.Count > 0 || n.Graph.IsOutput(o) || GraphEditing.IsInput(n.Graph, o)))
            {
                continue;
            }

            Value?[] inputs = [.. n.Inputs];
            n.Graph.RemoveNode(n);
            foreach (Value? i in inputs)
            {
                stack.Push(i);
            }
        }
    }
}
