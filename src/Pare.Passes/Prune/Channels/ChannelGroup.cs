namespace Pare.Passes.Prune;

/// <summary>Channels that the same weights make: filters of one convolution, or of several whose results are added. Each channel is a set of indices that go together.</summary>
/// <param name="Sets">The sets, ascending.</param>
/// <param name="Producers">The weights that make them, with their axes.</param>
/// <param name="Consumers">The weights that sum them up, with their axes.</param>
internal sealed record ChannelGroup(int[] Sets, IReadOnlyList<(AxisTensor Weight, int Axis)> Producers, IReadOnlyList<(AxisTensor Weight, int Axis)> Consumers)
{
    /// <summary>Finds the groups whose channels may go.</summary>
    /// <param name="c">The couplings.</param>
    /// <param name="selects">Whether a weight's channels may go, by its name.</param>
    /// <param name="kept">Told of weights whose channels stay, with the reason.</param>
    public static IReadOnlyList<ChannelGroup> Find(CouplingContext c, Func<string, bool> selects, Action<string, string> kept)
    {
        AxisSpace space = c.Space;
        Dictionary<int, List<(AxisTensor Weight, int Axis)>> producers = Collect(space, c.Producers);
        Dictionary<int, List<(AxisTensor Weight, int Axis)>> consumers = Collect(space, c.Consumers);
        SortedDictionary<string, List<int>> groups = new(StringComparer.Ordinal);
        Dictionary<string, string> reasons = new(StringComparer.Ordinal);
        foreach ((int set, List<(AxisTensor Weight, int Axis)> made) in producers.OrderBy(p => p.Key))
        {
            string? why = space.ReasonOf(set)
                ?? (!consumers.ContainsKey(set) ? "no weight sums it up" : null)
                ?? (made.All(p => selects(p.Weight.Value!.Name)) ? null : "it is excluded, or added to what is");
            if (why is not null)
            {
                foreach ((AxisTensor weight, int _) in made)
                {
                    reasons.TryAdd(weight.Value!.Name, why);
                }

                continue;
            }

            string key = string.Join(' ', made.Concat(consumers[set]).Select(p => p.Weight.Offsets[p.Axis].ToString("D12", System.Globalization.CultureInfo.InvariantCulture)));
            if (!groups.TryGetValue(key, out List<int>? sets))
            {
                groups[key] = sets = [];
            }

            sets.Add(set);
        }

        ChannelGroup[] found = [.. groups.Values.Where(g => g.Count > 1).Select(g => new ChannelGroup([.. g], producers[g[0]], consumers[g[0]]))];
        HashSet<string> free = [.. found.SelectMany(g => g.Producers).Select(p => p.Weight.Value!.Name)];
        foreach ((string name, string why) in reasons.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            if (!free.Contains(name) && why != CouplingRules.OutputReason)
            {
                kept(name, why);
            }
        }

        return found;
    }

    private static Dictionary<int, List<(AxisTensor Weight, int Axis)>> Collect(AxisSpace space, List<(AxisTensor Weight, int Axis)> weights)
    {
        Dictionary<int, List<(AxisTensor Weight, int Axis)>> found = [];
        foreach ((AxisTensor weight, int axis) in weights.Distinct())
        {
            for (long i = 0; i < weight.Shape[axis]; i++)
            {
                int set = space.SetOf(weight, axis, i);
                if (!found.TryGetValue(set, out List<(AxisTensor Weight, int Axis)>? list))
                {
                    found[set] = list = [];
                }

                if (list.Count == 0 || list[^1] != (weight, axis))
                {
                    list.Add((weight, axis));
                }
            }
        }

        return found;
    }
}
