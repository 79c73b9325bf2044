namespace Pare.Passes.Optimize;

/// <summary>Counts what the rules of one pass did, in the order in which they first applied.</summary>
internal sealed class ChangeLog(string pass)
{
    private readonly OrderedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public bool IsEmpty => _counts.Count == 0;

    public void Add(string rule, int count = 1)
    {
        if (count > 0)
        {
            _counts[rule] = _counts.GetValueOrDefault(rule) + count;
        }
    }

    public IReadOnlyList<Change> ToChanges() => [.. _counts.Select(c => new Change(pass, c.Key, c.Value))];
}
