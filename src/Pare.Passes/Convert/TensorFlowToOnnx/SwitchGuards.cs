namespace Pare.Passes.Conversion;

/// <summary>
/// Under which predicates each node of a TensorFlow 1 graph is alive: <c>Switch</c> sends its data to one of two sides, what follows a side (by data or control
/// edges) lives only then, and <c>Merge</c> takes whichever of its inputs is alive. Made for one conversion; not thread-safe.
/// </summary>
internal sealed class SwitchGuards(Func<Value, bool> isFed)
{
    private static readonly Dictionary<Value, bool> s_none = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Dictionary<Value, bool>> _guards = [];
    private readonly Dictionary<Node, Choice> _choices = [];

    /// <summary>Whether a node merges the sides of predicates.</summary>
    public static bool IsMerge(Node node) => node.Operator is "Merge" or "RefMerge";

    /// <summary>The values that a node's output follows from: its inputs; of a Merge the predicates that decide and the inputs that may be alive.</summary>
    public IReadOnlyList<Value?> Needs(Node node) => IsMerge(node) ? [.. ChoiceOf(node).Values()] : node.Inputs;

    /// <summary>Which input a Merge takes.</summary>
    /// <exception cref="LoweringException">No predicate tells the inputs apart (a loop, or a graph cut between Switch and Merge).</exception>
    public Choice ChoiceOf(Node merge)
    {
        if (!_choices.TryGetValue(merge, out Choice? choice))
        {
            if (merge.Inputs.Any(v => v?.Producer?.Operator is "NextIteration" or "RefNextIteration" or "Enter" or "RefEnter"))
            {
                throw new LoweringException("the node belongs to a loop, which is not carried over");
            }

            List<(Value Value, int Index, Dictionary<Value, bool> Guards)> candidates = [];
            for (int i = 0; i < merge.Inputs.Count; i++)
            {
                Value v = merge.Inputs[i]!;
                candidates.Add((v, i, isFed(v) ? s_none : GuardsOf(v)));
            }

            choice = Choose(candidates, 0);
            _choices[merge] = choice;
        }

        return choice;
    }

    /// <summary>The truth value of a predicate where the graph holds it (a Const, or a default that is not fed), else null.</summary>
    private bool? Known(Value predicate)
    {
        Value v = predicate;
        bool negated = false;
        for (int i = 0; i < 1000; i++)
        {
            if (isFed(v))
            {
                return null;
            }

            if (v.Constant is { Count: 1, Type: DataType.Boolean } c)
            {
                return (c.ToInt64s()[0] != 0) != negated;
            }

            if (v.Producer is not { Operator: "PlaceholderWithDefault" or "Identity" } p || p.Inputs.Count == 0 || p.Inputs[0] is not { } next)
            {
                return null;
            }

            (v, bool turned) = Root(next);
            negated ^= turned;
        }

        return null;
    }

    private Choice Choose(List<(Value Value, int Index, Dictionary<Value, bool> Guards)> candidates, int depth)
    {
        if (candidates.Count == 1)
        {
            return new Choice(candidates[0].Value, candidates[0].Index);
        }

        foreach (Value predicate in candidates[0].Guards.Keys)
        {
            if (!candidates.TrueForAll(x => x.Guards.ContainsKey(predicate)))
            {
                continue;
            }

            List<(Value Value, int Index, Dictionary<Value, bool> Guards)> whenTrue = candidates.FindAll(x => x.Guards[predicate]);
            List<(Value Value, int Index, Dictionary<Value, bool> Guards)> whenFalse = candidates.FindAll(x => !x.Guards[predicate]);
            if (whenTrue.Count == 0 || whenFalse.Count == 0 || depth > 32)
            {
                continue;
            }

            return Known(predicate) is { } side
                ? Choose(side ? whenTrue : whenFalse, depth + 1)
                : new Choice(predicate, Choose(whenTrue, depth + 1), Choose(whenFalse, depth + 1));
        }

        throw new LoweringException("no Switch decides which of the inputs is alive");
    }

    // What stands for a predicate: identities and Switches pass it on, a negation turns it round.
    private (Value Value, bool Negated) Root(Value predicate)
    {
        Value v = predicate;
        bool negated = false;
        for (int i = 0; i < 1000; i++)
        {
            if (isFed(v) || v.Constant is not null || v.Producer is not { } p || p.Inputs.Count == 0 || p.Inputs[0] is not { } next)
            {
                break;
            }

            if (p.Operator == "LogicalNot")
            {
                negated = !negated;
            }
            else if (p.Operator is not ("Identity" or "Switch" or "RefSwitch" or "RefIdentity" or "StopGradient"))
            {
                break;
            }

            v = next;
        }

        return (v, negated);
    }

    private Dictionary<Value, bool> GuardsOf(Value value)
    {
        if (value.Producer is not { } producer)
        {
            return s_none;
        }

        Fill(producer);
        return Through(value);
    }

    private Dictionary<Value, bool> Through(Value value)
    {
        Dictionary<Value, bool> guards = value.Producer is { } p ? _guards.GetValueOrDefault(p, s_none) : s_none;
        if (value.Producer is not { Operator: "Switch" or "RefSwitch" } s || s.InputOrDefault(1) is not { } predicate)
        {
            return guards;
        }

        (Value root, bool negated) = Root(predicate);
        Dictionary<Value, bool> more = new(guards, ReferenceEqualityComparer.Instance);
        more[root] = (value.OutputIndex == 1) != negated;
        return more;
    }

    // Walks back without recursion: a graph may be deeper than the stack.
    private void Fill(Node start)
    {
        Stack<(Node Node, bool Ready)> stack = new([(start, false)]);
        HashSet<Node> open = [];
        while (stack.TryPop(out (Node Node, bool Ready) top))
        {
            if (_guards.ContainsKey(top.Node))
            {
                continue;
            }

            if (top.Ready)
            {
                _guards[top.Node] = Combine(top.Node);
                continue;
            }

            if (!open.Add(top.Node))
            {
                continue;
            }

            stack.Push((top.Node, true));
            foreach (Node before in top.Node.Inputs.Select(v => v is not null && !isFed(v) ? v.Producer : null).OfType<Node>().Concat(top.Node.ControlInputs))
            {
                stack.Push((before, false));
            }
        }
    }

    private Dictionary<Value, bool> Combine(Node node)
    {
        IEnumerable<Dictionary<Value, bool>> data = node.Inputs.OfType<Value>().Where(v => !isFed(v)).Select(Through);
        Dictionary<Value, bool> result = s_none;
        if (IsMerge(node))
        {
            // What all inputs agree on still holds; the predicate that tells them apart does not.
            bool first = true;
            foreach (Dictionary<Value, bool> guards in data)
            {
                result = first ? guards : new(result.Where(g => guards.TryGetValue(g.Key, out bool side) && side == g.Value), ReferenceEqualityComparer.Instance);
                first = false;
            }

            data = [];
        }

        foreach (Dictionary<Value, bool> guards in data.Concat(node.ControlInputs.Select(c => _guards.GetValueOrDefault(c, s_none))))
        {
            if (result.Count == 0)
            {
                result = guards;
            }
            else if (guards.Count > 0 && !ReferenceEquals(guards, result) && guards.Keys.Any(k => !result.ContainsKey(k)))
            {
                result = new(result, ReferenceEqualityComparer.Instance);
                foreach ((Value predicate, bool side) in guards)
                {
                    result.TryAdd(predicate, side);
                }
            }
        }

        return result;
    }

    /// <summary>A tree of decisions: either an input of the Merge, or a predicate with what follows from either side.</summary>
    internal sealed class Choice
    {
        public Choice(Value input, int index)
        {
            Value = input;
            Index = index;
        }

        public Choice(Value predicate, Choice whenTrue, Choice whenFalse)
        {
            Value = predicate;
            WhenTrue = whenTrue;
            WhenFalse = whenFalse;
        }

        /// <summary>The input taken, or the predicate.</summary>
        public Value Value { get; }

        /// <summary>Which of the Merge's inputs it is, where one is taken.</summary>
        public int Index { get; }

        public Choice? WhenTrue { get; }

        public Choice? WhenFalse { get; }

        public IEnumerable<Value> Values() => WhenTrue is null ? [Value] : [Value, .. WhenTrue.Values(), .. WhenFalse!.Values()];
    }
}
