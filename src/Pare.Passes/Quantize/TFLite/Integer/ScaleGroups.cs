namespace Pare.Passes.Quantize.TFLite;

/// <summary>Sets of activations that share a scale: a union-find over values. A set may have parameters that a kernel fixes. Not thread-safe.</summary>
internal sealed class ScaleGroups
{
    private readonly Dictionary<Value, Value> _parent = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, QuantizationParameters> _fixed = new(ReferenceEqualityComparer.Instance);

    /// <summary>The set's representative.</summary>
    public Value Find(Value value)
    {
        Value root = value;
        while (_parent.TryGetValue(root, out Value? up))
        {
            root = up;
        }

        // Paths are cut short, so that long chains of reshapes stay cheap.
        while (!ReferenceEquals(value, root))
        {
            Value next = _parent[value];
            _parent[value] = root;
            value = next;
        }

        return root;
    }

    /// <summary>The parameters that a kernel fixes for a value's set; null where none does.</summary>
    public QuantizationParameters? FixedOf(Value value) => _fixed.GetValueOrDefault(Find(value));

    /// <summary>Fixes a value's parameters.</summary>
    public void Fix(Value value, QuantizationParameters parameters) => _fixed[Find(value)] = parameters;

    /// <summary>Makes one set of two, where their parameters do not contradict each other.</summary>
    public bool TryJoin(Value a, Value b)
    {
        (Value x, Value y) = (Find(a), Find(b));
        if (ReferenceEquals(x, y))
        {
            return true;
        }

        (QuantizationParameters? p, QuantizationParameters? q) = (_fixed.GetValueOrDefault(x), _fixed.GetValueOrDefault(y));
        if (p is not null && q is not null && (p.Scales[0] != q.Scales[0] || p.ZeroPoints[0] != q.ZeroPoints[0]))
        {
            return false;
        }

        _parent[y] = x;
        if ((p ?? q) is { } known)
        {
            _fixed[x] = known;
        }

        return true;
    }
}
