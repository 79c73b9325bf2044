namespace Pare.Passes.Conversion;

/// <summary>
/// What there is for each operator, in families that are made one after the other, no more of them than the operators that are asked for need: a small model should not wait for several hundred
/// operators that it does not have. Thread-safe.
/// </summary>
/// <typeparam name="T">What there is for an operator.</typeparam>
/// <param name="families">The families, those that most models need first; enumerated once, lazily.</param>
internal sealed class OperatorTable<T>(IEnumerable<IEnumerable<KeyValuePair<string, T>>> families)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
    private readonly IEnumerator<IEnumerable<KeyValuePair<string, T>>> _families = families.GetEnumerator();

    /// <summary>All operators.</summary>
    public IReadOnlyList<string> Operators
    {
        get
        {
            lock (_gate)
            {
                while (AddFamily())
                {
                }

                return [.. _known.Keys];
            }
        }
    }

    /// <summary>What there is for an operator, or null.</summary>
    public T? Find(string @operator)
    {
        lock (_gate)
        {
            T? found;
            while (!_known.TryGetValue(@operator, out found) && AddFamily())
            {
            }

            return found;
        }
    }

    private bool AddFamily()
    {
        if (!_families.MoveNext())
        {
            return false;
        }

        foreach ((string @operator, T entry) in _families.Current)
        {
            _known.Add(@operator, entry);
        }

        return true;
    }
}
