namespace Pare.Passes.Optimize;

/// <summary>A Transpose about to move from before a node to behind it.</summary>
/// <param name="sinker">The sweep.</param>
/// <param name="node">The node.</param>
/// <param name="permutation">What the Transpose does: axis i of what the node sees is axis <c>permutation[i]</c> of what it will see.</param>
internal sealed class TransposeMove(TransposeSinker sinker, Node node, long[] permutation)
{
    /// <summary>The node.</summary>
    public Node Node => node;

    /// <summary>The permutation before the node.</summary>
    public long[] Permutation => permutation;

    /// <summary>The permutation each output needs; the last stands for all that follow.</summary>
    public IReadOnlyList<long[]> After { get; set; } = [permutation];

    /// <summary>Makes constants.</summary>
    public TransposeSinker Sinker => sinker;

    /// <summary>The axis that a node's axis becomes; negative ones count from the end.</summary>
    public long Axis(long axis) => permutation[axis < 0 ? axis + permutation.Length : axis];

    /// <summary>Rearranges the inputs from <paramref name="first"/> to <paramref name="last"/>, or leaves everything and gives false.</summary>
    public bool TryInputs(int first, int last)
    {
        Value?[] inputs = new Value?[last - first + 1];
        for (int i = first; i <= last; i++)
        {
            if (node.Inputs[i] is not { } v)
            {
                continue;
            }

            inputs[i - first] = sinker.Rearranged(v, permutation);
            if (inputs[i - first] is null)
            {
                return false;
            }
        }

        for (int i = first; i <= last; i++)
        {
            node.SetInput(i, inputs[i - first]);
        }

        return true;
    }

    /// <summary>Constant integers of an input, or null where it is none.</summary>
    public long[]? Integers(int index) => node.InputOrDefault(index)?.Constant?.ToInt64s();

    /// <summary>Puts constant integers at an input.</summary>
    public void SetIntegers(int index, long[] values) => node.SetInput(index, sinker.Int64s($"{node.Name}/integers", values));

    /// <summary>What a permutation becomes once some axes (as the node will see them) are gone.</summary>
    public long[] Without(IReadOnlyCollection<long> gone)
    {
        long[] kept = [.. permutation.Where(a => !gone.Contains(a))];
        long[] sorted = [.. kept.Order()];
        return [.. kept.Select(a => (long)Array.IndexOf(sorted, a))];
    }
}
