namespace Pare.Passes.Optimize;

/// <summary>
/// Moves a Transpose the other way, up to constants: behind elementwise nodes that have nothing but constants, scalars and such nodes before them (a weight decoded in the graph), it becomes a rearranged constant.
/// </summary>
internal sealed class TransposeLifter(TransposeSinker sinker)
{
    private const int MaxDepth = 16;

    /// <summary>Removes the Transpose where all that lies before it can be rearranged.</summary>
    public void Lift(Node transpose)
    {
        if (transpose.Graph.IsOutput(transpose.Output) || transpose.Attributes.GetIntegers("perm") is not { } permutation || transpose.Inputs[0] is not { } source
            || source.Shape?.Rank != permutation.Length || !CanLift(source, MaxDepth))
        {
            return;
        }

        Rearrange(transpose, 0, TransposeSinker.Inverse(permutation));
        transpose.Output.ReplaceUsesWith(transpose.Inputs[0]!);
    }

    // Nodes with other consumers stay as they are, and so does all behind them.
    private static bool CanLift(Value value, int depth)
    {
        if (value.Constant is { } c)
        {
            return c.Type.BitWidth() >= 8 && c.ByteLength <= Array.MaxLength;
        }

        if (value.Producer is not { } p || depth == 0)
        {
            return false;
        }

        return IsScalar(value) || (value.Uses.Count == 1 && !p.Graph.IsOutput(value) && TransposeRules.IsElementwise(p) && p.Inputs.All(v => v is null || IsScalar(v) || CanLift(v, depth - 1)));
    }

    private static bool IsScalar(Value value) => value.Shape is { Rank: 0 } || (value.Shape is { Rank: 1 } s && s[0].Value == 1);

    private void Rearrange(Node node, int input, long[] inverse)
    {
        Value value = node.Inputs[input]!;
        if (value.Constant is not null)
        {
            node.SetInput(input, sinker.Rearranged(value, inverse)!);
            return;
        }

        if (IsScalar(value))
        {
            return;
        }

        Node producer = value.Producer!;
        for (int i = 0; i < producer.Inputs.Count; i++)
        {
            if (producer.Inputs[i] is not null)
            {
                Rearrange(producer, i, inverse);
            }
        }

        if (value.Shape is { } s && s.Rank == inverse.Length)
        {
            long[] permutation = TransposeSinker.Inverse(inverse);
            value.Shape = new SymbolicShape([.. permutation.Select(i => s[(int)i])]);
        }
    }
}
