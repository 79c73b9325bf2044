namespace Pare.Passes.Conversion;

/// <summary>Orders of axes: permutations as <see cref="LaidValue"/> holds them.</summary>
internal static class AxisOrder
{
    /// <summary>Channels last where ONNX has them second: for rank 4 [0, 3, 1, 2].</summary>
    public static int[] ChannelsLast(int rank) => [0, rank - 1, .. Enumerable.Range(1, rank - 2)];

    /// <summary>Axis i is axis i.</summary>
    public static int[] Identity(int rank) => [.. Enumerable.Range(0, rank)];

    /// <summary>The permutation that undoes another.</summary>
    public static int[] Inverse(ReadOnlySpan<int> order)
    {
        int[] inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            inverse[order[i]] = i;
        }

        return inverse;
    }

    /// <summary>Null for the identity, else the order.</summary>
    public static int[]? OrNull(int[] order) => order.AsSpan().SequenceEqual(Identity(order.Length)) ? null : order;

    /// <summary>Whether two orders are the same (null is the identity).</summary>
    public static bool Same(int[]? a, int[]? b) => (a is null && b is null) || (a is not null && b is not null && a.AsSpan().SequenceEqual(b));

    /// <summary>Puts the physical axes into another order: the permutation that TRANSPOSE takes to get from one order to another.</summary>
    public static int[] Between(int[]? from, int[] to)
    {
        // Logical axis i lies at from[i] and shall lie at to[i].
        int[] permutation = new int[to.Length];
        for (int i = 0; i < to.Length; i++)
        {
            permutation[to[i]] = from is null ? i : from[i];
        }

        return permutation;
    }
}
