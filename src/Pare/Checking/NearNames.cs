namespace Pare.Workflows;

/// <summary>Finds the names that a mistyped one may have meant.</summary>
public static class NearNames
{
    /// <summary>Names near a given one, nearest first: those that contain it or end in it, and those a few edits (Levenshtein) away.</summary>
    /// <param name="name">What was typed.</param>
    /// <param name="known">The names there are.</param>
    /// <param name="count">At most so many.</param>
    public static IEnumerable<string> Find(string name, IEnumerable<string> known, int count)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        int reach = Math.Max(2, name.Length / 3);
        return known
            .Select(k => (Name: k, Distance: Score(name, k, reach)))
            .Where(k => k.Distance <= reach)
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Name.Length)
            .ThenBy(k => k.Name, StringComparer.Ordinal)
            .Take(count)
            .Select(k => k.Name);
    }

    private static int Score(string name, string candidate, int reach)
    {
        if (candidate.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        if (name.Length >= 3 && candidate.EndsWith(name, StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }

        int distance = Math.Abs(candidate.Length - name.Length) > reach ? int.MaxValue : Distance(name, candidate);
        return name.Length >= 3 && candidate.Contains(name, StringComparison.OrdinalIgnoreCase) ? Math.Min(2, distance) : distance;
    }

    private static int Distance(string a, string b)
    {
        int[] previous = new int[b.Length + 1];
        int[] current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
