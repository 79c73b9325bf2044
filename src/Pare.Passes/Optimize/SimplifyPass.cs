namespace Pare.Passes.Optimize;

/// <summary>
/// Removes TensorFlow operators that do nothing, and cancels those that undo each other. Rules: adding 0, multiplying or dividing by 1; padding by nothing; Reshape to the shape a value has; Reshape,
/// Squeeze or ExpandDims right before a Reshape; Transpose twice or not at all; repeated Relu and Relu6; dropout that keeps all; a Reshape whose target has one extent computed at run time takes -1 there; Concat of one; Cast to the same type. Only where the output's shape provably stays.
/// </summary>
public sealed class SimplifyPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "remove_no_ops";

    /// <inheritdoc/>
    public override string Summary => "remove operators that do nothing or undo each other";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        if (!ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow))
        {
            return [];
        }

        UniqueNames names = new(model.Graph);
        bool again = true;
        while (again)
        {
            again = false;
            ShapeFacts facts = new(model.Vocabulary);
            foreach (Node n in model.Graph.Nodes)
            {
                if (n.ControlInputs.Count > 0 || n.ControlDependents.Count > 0 || n.Outputs.Count == 0)
                {
                    continue;
                }

                Value?[] inputs = [.. n.Inputs];
                if ((Skip(n) ?? FixShape(model, n, names)) is { } rule)
                {
                    log.Add(rule);
                    again = true;
                }
                else if (NoOp(facts, n) is { } no && inputs[no.Input] is { } kept && GraphEditing.CanTakePlace(model, n.Output, kept))
                {
                    GraphEditing.TakePlace(model, n.Output, kept);
                    log.Add(no.Rule);
                    again = true;
                }
                else
                {
                    continue;
                }

                Unused.Remove(model.Vocabulary, inputs);
            }
        }

        return log.ToChanges();
    }

    // Rules that let a node take its input's input.
    private static string? Skip(Node n)
    {
        if (n.InputOrDefault(0)?.Producer is not { ControlInputs.Count: 0 } before || n.Inputs[0]!.OutputIndex != 0 || n.Inputs[0]!.IsConstant || before.InputOrDefault(0) is null)
        {
            return null;
        }

        switch (n.Operator)
        {
            case "Reshape" when before.Operator is "Reshape" or "Squeeze" or "ExpandDims" && ShapeFacts.Integers(n, 1) is not null:
                n.SetInput(0, before.Inputs[0]);
                return $"{before.Operator} before Reshape removed";
            case "Relu" or "Relu6" when before.Operator == "Relu":
                n.SetInput(0, before.Inputs[0]);
                return "repeated Relu removed";
            case "Relu6" when before.Operator == "Relu6":
                n.SetInput(0, before.Inputs[0]);
                return "repeated Relu6 removed";
            case "Transpose" when before.Operator == "Transpose" && before.Output.Uses.Count == 1 && ShapeFacts.Integers(n, 1) is { } second && ShapeFacts.Integers(before, 1) is { } first
                && first.Length == second.Length && before.Inputs[1]!.Uses.Count == 1 && !first.SequenceEqual(Enumerable.Range(0, first.Length).Select(i => (long)i)):
                return Compose(n, before, first, second);
            default:
                return null;
        }
    }

    private static string Compose(Node n, Node before, long[] first, long[] second)
    {
        long[] both = [.. second.Select(p => first[p])];
        TensorData old = before.Inputs[1]!.Constant!;
        TensorData content = old.Type == DataType.Int64 ? DenseTensorData.Create(both, old.Shape) : DenseTensorData.Create(Array.ConvertAll(both, d => (int)d), old.Shape);
        GraphEditing.SetConstant(before.Inputs[1]!, content);
        n.SetInput(1, before.Inputs[1]);
        n.SetInput(0, before.Inputs[0]);
        return "transposes in a row joined";
    }

    // A target packed of constants and one number computed at run time: that number is what is left over, so -1 says the same.
    private static string? FixShape(Model model, Node n, UniqueNames names)
    {
        if (n.Operator != "Reshape" || n.InputOrDefault(1) is not { Producer: { Operator: "Pack", ControlInputs.Count: 0 } pack } || pack.Attributes.GetInteger("axis") != 0)
        {
            return null;
        }

        long[] target = new long[pack.Inputs.Count];
        int unknown = 0;
        for (int i = 0; i < target.Length; i++)
        {
            bool isKnown = pack.Inputs[i]?.Constant is { Count: 1, Shape.Rank: 0 } c && c.Type is DataType.Int32 or DataType.Int64;
            target[i] = isKnown ? pack.Inputs[i]!.Constant!.ToInt64s()[0] : -1;
            unknown += isKnown ? 0 : 1;
            if (isKnown && target[i] <= 0)
            {
                return null;
            }
        }

        if (unknown != 1)
        {
            return null;
        }

        TensorShape rank = new(target.Length);
        bool isLong = ElementTypes.Infer(pack.Output) == DataType.Int64;
        TensorData content = isLong ? DenseTensorData.Create(target, rank) : DenseTensorData.Create(Array.ConvertAll(target, d => (int)d), rank);
        n.SetInput(1, GraphEditing.CreateConstant(model, n, names.Make($"{n.Name}_shape"), content));
        return "computed shape made constant";
    }

    // Which input stands for the output, and why.
    private static (int Input, string Rule)? NoOp(ShapeFacts facts, Node n)
    {
        switch (n.Operator)
        {
            case "Add" or "AddV2" when n.Inputs.Count == 2:
                return Neutral(facts, n, 1, 0) ? (0, "sum with 0 removed") : Neutral(facts, n, 0, 0) ? (1, "sum with 0 removed") : null;
            case "Mul" when n.Inputs.Count == 2 && DropoutRemains.IsOnes(n.Inputs[1], n.Inputs[0]):
                return (0, "dropout that keeps all removed");
            case "Mul" when n.Inputs.Count == 2 && DropoutRemains.IsOnes(n.Inputs[0], n.Inputs[1]):
                return (1, "dropout that keeps all removed");
            case "Mul" when n.Inputs.Count == 2:
                return Neutral(facts, n, 1, 1) ? (0, "product with 1 removed") : Neutral(facts, n, 0, 1) ? (1, "product with 1 removed") : null;
            case "Sub":
                return Neutral(facts, n, 1, 0) ? (0, "sum with 0 removed") : null;
            case "RealDiv" or "Div":
                return Neutral(facts, n, 1, 1) ? (0, "product with 1 removed") : null;
            case "BiasAdd" when n.InputOrDefault(1)?.Constant is { Type: DataType.Float32, Count: < 65536 } bias && bias.ToFloats().All(v => v == 0):
                return (0, "bias of 0 removed");
            case "Pad" or "MirrorPad" or "PadV2" when ShapeFacts.Integers(n, 1) is { Length: > 0 } pads && pads.All(p => p == 0):
                return (0, "padding by nothing removed");
            case "Relu" when n.InputOrDefault(0)?.Producer?.Operator is "Relu6":
                return (0, "repeated Relu removed");
            case "Transpose" when ShapeFacts.Integers(n, 1) is { Length: > 0 } perm && perm.SequenceEqual(Enumerable.Range(0, perm.Length).Select(i => (long)i)):
                return (0, "transpose to the same order removed");
            case "Reshape" when ShapeFacts.Integers(n, 1) is [-1, > 0 and var last] && facts.Of(n.Inputs[0]) is { Rank: 2, Last: { } have } && have == last:
                return (0, "reshape to the same shape removed");
            case "Reshape" when ShapeFacts.Integers(n, 1) is { } target && n.Inputs[0]?.Shape?.ToStatic() is { } shape && target.SequenceEqual(shape.ToArray()):
                return (0, "reshape to the same shape removed");
            case "ConcatV2" when n.Inputs.Count == 2:
                return (0, "concatenation of one removed");
            case "Concat" when n.Inputs.Count == 2:
                return (1, "concatenation of one removed");
            case "AddN" when n.Inputs.Count == 1:
                return (0, "sum of one removed");
            case "Cast" when n.Attributes.GetDataType("SrcT") is var from && from != DataType.Undefined && from == n.Attributes.GetDataType("DstT"):
                return (0, "cast to the same type removed");
            default:
                return null;
        }
    }

    // A constant of one number that does not make the other operand larger.
    private static bool Neutral(ShapeFacts facts, Node n, int constant, double number)
    {
        if (n.InputOrDefault(constant)?.Constant is not { Count: > 0 and < 65536 } c || !(c.Type.IsFloat() || c.Type.IsInteger()) || !c.ToFloats().All(v => v == number))
        {
            return false;
        }

        if (c.Shape.Rank == 0)
        {
            return true;
        }

        (int? rank, long? last) = facts.Of(n.Inputs[1 - constant]);
        return rank >= c.Shape.Rank && (c.Count == 1 || (c.Shape[-1] == c.Count && last == c.Count));
    }
}
