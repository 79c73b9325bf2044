namespace Pare.Passes.Prune;

/// <summary>Chooses which elements of a weight stay.</summary>
internal static class PruneMask
{
    /// <summary>Whether a pattern can be laid over a weight.</summary>
    public static bool Admits(PruneTarget target, PrunePattern pattern) => pattern.Kind switch
    {
        PrunePatternKind.NOfM => target.HasRows && target.Inputs % pattern.Second == 0,
        PrunePatternKind.Block => target.HasRows && target.Outputs >= pattern.First && target.Inputs >= pattern.Second,
        _ => true,
    };

    /// <summary>Units that go together, by their scores: elements, blocks, or for N:M none since the pattern fixes all.</summary>
    public static double[] Scores(PruneTarget target, PrunePattern pattern)
    {
        if (pattern.Kind != PrunePatternKind.Block)
        {
            return [.. target.Squares.Select(s => (double)s)];
        }

        double[] scores = new double[Units(target, pattern)];
        for (int e = 0; e < target.Count; e++)
        {
            scores[UnitOf(target, pattern, e)] += target.Squares[target.Place(e)];
        }

        // Blocks at the border are smaller: the mean makes them comparable.
        int[] sizes = new int[scores.Length];
        for (int e = 0; e < target.Count; e++)
        {
            sizes[UnitOf(target, pattern, e)]++;
        }

        return [.. scores.Select((s, u) => s / sizes[u])];
    }

    /// <summary>The elements that stay, in the tensor's order.</summary>
    /// <param name="target">The weight.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="sparsity">Part of the units that goes.</param>
    public static bool[] Keep(PruneTarget target, PrunePattern pattern, double sparsity)
    {
        bool[] keep = new bool[target.Count];
        Array.Fill(keep, true);
        if (pattern.Kind == PrunePatternKind.NOfM)
        {
            KeepOfGroups(target, pattern, keep);
            return keep;
        }

        double[] scores = Scores(target, pattern);
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(scores, order);
        int gone = (int)Math.Round(sparsity * scores.Length);
        bool[] drop = new bool[scores.Length];
        foreach (int u in order.AsSpan(0, Math.Min(gone, order.Length)))
        {
            drop[u] = true;
        }

        for (int e = 0; e < target.Count; e++)
        {
            if (pattern.Kind == PrunePatternKind.Block ? drop[UnitOf(target, pattern, e)] : drop[target.Place(e)])
            {
                keep[target.Place(e)] = false;
            }
        }

        return keep;
    }

    private static void KeepOfGroups(PruneTarget target, PrunePattern pattern, bool[] keep)
    {
        int m = pattern.Second;
        (float Score, int Place)[] group = new (float, int)[m];
        for (int start = 0; start < target.Count; start += m)
        {
            for (int k = 0; k < m; k++)
            {
                int place = target.Place(start + k);
                group[k] = (target.Squares[place], place);
            }

            Array.Sort(group);
            for (int k = 0; k < m - pattern.First; k++)
            {
                keep[group[k].Place] = false;
            }
        }
    }

    private static int Units(PruneTarget target, PrunePattern pattern) =>
        Part(target.Outputs, pattern.First) * target.Positions * Part(target.Inputs, pattern.Second);

    private static int UnitOf(PruneTarget target, PrunePattern pattern, int element)
    {
        int input = element % target.Inputs;
        int position = element / target.Inputs % target.Positions;
        int output = element / target.Inputs / target.Positions;
        return (((output / pattern.First) * target.Positions) + position) * Part(target.Inputs, pattern.Second) + (input / pattern.Second);
    }

    private static int Part(int extent, int size) => (extent + size - 1) / size;
}
