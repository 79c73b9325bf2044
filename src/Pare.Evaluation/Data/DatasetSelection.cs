using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Takes parts of data sets.</summary>
internal static class DatasetSelection
{
    /// <summary>The part that the options ask for; the set itself where they ask for all.</summary>
    public static Dataset Apply(Dataset data, DatasetOptions options)
    {
        List<Diagnostic> diagnostics = [];
        int[] chosen = [.. Enumerable.Range(0, data.Items.Count)];
        if (options.Split != DatasetSplit.All && data is not IdxDataset)
        {
            if (data.ClassNames is null)
            {
                throw new UsageException($"'{data.Name}' has no class folders, so its samples belong to no split", "split");
            }

            string prefix = (options.SplitPrefix ?? "tf_files/" + data.Name).TrimEnd('/') + "/";
            chosen = [.. chosen.Where(i => PathHash.SplitOf(prefix + data.Items[i].Name) == options.Split)];
            if (chosen.Length == 0)
            {
                throw new UsageException($"no sample of '{data.Name}' belongs to the {options.Split.ToString().ToLowerInvariant()} part", "split");
            }
        }

        if (options.Limit is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(options));
            if (limit < chosen.Length)
            {
                chosen = options.Shuffle ? Draw(chosen, limit, options.Seed) : chosen[..limit];
                if (!options.Shuffle && data.Items.Count > 0 && chosen.Select(i => data.Items[i].LabelName).Distinct().Count() == 1 && data.ClassNames is { Count: > 1 })
                {
                    string message = string.Create(CultureInfo.InvariantCulture, $"the first {limit} samples are all of one class; --shuffle takes them from all");
                    diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, message, data.Name));
                }
            }
        }

        return chosen.Length == data.Items.Count ? data : new SelectedDataset(data, chosen, diagnostics);
    }

    /// <summary>A random sample without replacement, in ascending order: the first steps of a Fisher-Yates shuffle on SplitMix64, the same on every machine.</summary>
    private static int[] Draw(int[] from, int count, int seed)
    {
        ulong state = unchecked((ulong)seed * 0x9E3779B97F4A7C15UL);
        for (int i = 0; i < count; i++)
        {
            state = unchecked(state + 0x9E3779B97F4A7C15UL);
            ulong z = state;
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
            z ^= z >> 31;
            int j = i + (int)(z % (ulong)(from.Length - i));
            (from[i], from[j]) = (from[j], from[i]);
        }

        int[] drawn = from[..count];
        Array.Sort(drawn);
        return drawn;
    }
}
