namespace Pare.Passes.Prune;

/// <summary>How much each of several tensors (or groups of channels) loses so that all together lose what is asked for.</summary>
internal static class SparsitySchedules
{
    /// <summary>The sparsities at which <see cref="PruneSchedule.Sensitivity"/> looks at the answers.</summary>
    public static IReadOnlyList<double> Grid { get; } = [0.25, 0.5, 0.65, 0.8, 0.9, 0.96, 0.99];

    /// <summary>One threshold over layer-adaptive magnitudes: a score over the sum of the scores that are no smaller in its tensor (Lee et al., LAMP, 2021).</summary>
    /// <param name="scores">Scores of each tensor's units.</param>
    /// <param name="weights">Elements that a unit of each tensor stands for.</param>
    /// <param name="sparsity">Part of all elements that goes.</param>
    public static double[] Global(IReadOnlyList<double[]> scores, IReadOnlyList<double> weights, double sparsity)
    {
        List<(double Score, int Tensor)> all = [];
        for (int t = 0; t < scores.Count; t++)
        {
            double[] sorted = (double[])scores[t].Clone();
            Array.Sort(sorted);
            double sum = 0;
            for (int i = sorted.Length - 1; i >= 0; i--)
            {
                sum += sorted[i];
                all.Add((sum > 0 ? sorted[i] / sum : 0, t));
            }
        }

        all.Sort();
        double total = scores.Select((s, t) => s.Length * weights[t]).Sum();
        double gone = 0;
        int[] counts = new int[scores.Count];
        foreach ((double _, int tensor) in all)
        {
            if (gone + (weights[tensor] / 2) > sparsity * total)
            {
                break;
            }

            gone += weights[tensor];
            counts[tensor]++;
        }

        return [.. counts.Select((c, t) => scores[t].Length == 0 ? 0 : (double)c / scores[t].Length)];
    }

    /// <summary>
    /// The sparsities with the least sum of damages: each curve is replaced by its lower convex hull, whose segments are taken by their slope until the elements asked for are gone
    /// (the same slope everywhere is optimal: Shoham and Gersho, 1988).
    /// </summary>
    /// <param name="damage">For each tensor the damage at each place of <see cref="Grid"/>.</param>
    /// <param name="sizes">Elements of each tensor.</param>
    /// <param name="sparsity">Part of all elements that goes.</param>
    public static double[] Sensitivity(IReadOnlyList<double[]> damage, IReadOnlyList<double> sizes, double sparsity)
    {
        List<(double Slope, int Tensor, double From, double To)> segments = [];
        for (int t = 0; t < damage.Count; t++)
        {
            List<(double S, double D)> hull = [(0, 0)];
            for (int g = 0; g < Grid.Count; g++)
            {
                (double S, double D) point = (Grid[g], double.IsFinite(damage[t][g]) ? damage[t][g] : 1e30);
                while (hull.Count > 1 && Slope(hull[^2], hull[^1]) >= Slope(hull[^1], point))
                {
                    hull.RemoveAt(hull.Count - 1);
                }

                hull.Add(point);
            }

            for (int i = 1; i < hull.Count; i++)
            {
                segments.Add((Slope(hull[i - 1], hull[i]) / sizes[t], t, hull[i - 1].S, hull[i].S));
            }
        }

        double[] result = new double[damage.Count];
        double left = sparsity * sizes.Sum();
        foreach ((double _, int tensor, double from, double to) in segments.OrderBy(s => s.Slope).ThenBy(s => s.Tensor).ThenBy(s => s.From))
        {
            double step = Math.Min(to - from, left / sizes[tensor]);
            result[tensor] = from + step;
            left -= step * sizes[tensor];
            if (left <= 0)
            {
                return result;
            }
        }

        // More is asked for than the grid goes: what is left of each tensor shrinks alike.
        double rest = result.Select((s, t) => (1 - s) * sizes[t]).Sum();
        double part = rest > 0 ? Math.Min(1, left / rest) : 0;
        return [.. result.Select(s => s + ((1 - s) * part))];
    }

    private static double Slope((double S, double D) a, (double S, double D) b) => (b.D - a.D) / (b.S - a.S);
}
