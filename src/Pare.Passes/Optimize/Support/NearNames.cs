namespace Pare.Passes.Optimize;

/// <summary>Names like a mistyped one.</summary>
internal static class NearNames
{
    /// <summary>A remark such as <c>; did you mean 'input'?</c>, or nothing where no name is near.</summary>
    public static string Suggest(string wanted, IEnumerable<string> known)
    {
        string[] near = [.. known.Distinct(StringComparer.Ordinal)
            .Select(k => (Name: k, Distance: k.Contains(wanted, StringComparison.OrdinalIgnoreCase) || wanted.Contains(k, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(wanted, k)))
            .Where(k => k.Name.Length > 0 && k.Distance <= Math.Max(2, wanted.Length / 3))
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal)
            .Take(3).Select(k => $"'{k.Name}'")];
        return near.Length == 0 ? "" : $"; did you mean {string.Join(" or ", near)}?";
    }

    // Levenshtein's distance, one row at a time.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > Math.Max(2, a.Length / 3))
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
