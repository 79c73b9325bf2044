using Pare.Evaluation;

namespace Pare.Compress;

/// <summary>Orders in which samples are taken, so that any beginning of the order has the classes in about the data's proportions. Seeded, the same on every machine.</summary>
internal static class StratifiedOrder
{
    /// <summary>All samples of a data set.</summary>
    public static int[] Of(Dataset data, int seed)
    {
        List<(double Position, int Index)> order = [];
        foreach (int[] group in Groups(data, seed))
        {
            for (int k = 0; k < group.Length; k++)
            {
                order.Add(((k + 0.5) / group.Length, group[k]));
            }
        }

        return [.. order.OrderBy(o => o.Position).ThenBy(o => o.Index).Select(o => o.Index)];
    }

    /// <summary>Two halves with every class in both: places in the data set, ascending.</summary>
    public static (int[] First, int[] Second) Halves(Dataset data, int seed)
    {
        List<int> first = [];
        List<int> second = [];
        int odd = 0;
        foreach (int[] group in Groups(data, seed))
        {
            for (int k = 0; k < group.Length; k++)
            {
                ((k + odd) % 2 == 0 ? first : second).Add(group[k]);
            }

            odd = (odd + group.Length) % 2;
        }

        first.Sort();
        second.Sort();
        return ([.. first], [.. second]);
    }

    private static IEnumerable<int[]> Groups(Dataset data, int seed)
    {
        int salt = 0;
        foreach (IGrouping<string, int> group in Enumerable.Range(0, data.Items.Count)
            .GroupBy(i => data.Items[i].LabelName ?? data.Items[i].Label?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "")
            .OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            int[] items = [.. group];
            SplitMix random = new(unchecked(((ulong)(uint)seed << 32) | (uint)salt++));
            for (int i = items.Length - 1; i > 0; i--)
            {
                int j = (int)(random.Next() % (ulong)(i + 1));
                (items[i], items[j]) = (items[j], items[i]);
            }

            yield return items;
        }
    }

    // SplitMix64 (Steele, Lea, Flood 2014): the library's own generator is not promised to stay the same.
    private struct SplitMix(ulong state)
    {
        private ulong _state = state;

        public ulong Next()
        {
            ulong z = unchecked(_state += 0x9E3779B97F4A7C15UL);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
            return z ^ (z >> 31);
        }
    }
}
