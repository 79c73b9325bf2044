namespace Pare.Passes.Prune;

/// <summary>
/// All indices of all axes of all tensors, and which of them stand or fall together: removing one index of a set from a network means removing all of them. Sets are kept by
/// union-find (Tarjan, 1975). An index that must stay freezes its set, with the reason. In a collapsed space each axis counts as one index, which tells whole axes that must stay.
/// </summary>
internal sealed class AxisSpace(bool collapsed)
{
    private readonly List<int> _parents = [];
    private readonly Dictionary<int, string> _frozen = [];
    private readonly Dictionary<int, int> _sizes = [];
    private readonly Dictionary<Value, AxisTensor> _tensors = new(ReferenceEqualityComparer.Instance);

    public bool IsCollapsed => collapsed;

    public IEnumerable<AxisTensor> Tensors => _tensors.Values;

    /// <summary>Adds a tensor.</summary>
    public AxisTensor Add(Value? value, long[] shape)
    {
        int[] offsets = new int[shape.Length];
        for (int a = 0; a < shape.Length; a++)
        {
            offsets[a] = _parents.Count;
            for (long i = 0; i < (collapsed ? 1 : shape[a]); i++)
            {
                _parents.Add(_parents.Count);
            }
        }

        AxisTensor tensor = new(value, shape, offsets);
        if (value is not null)
        {
            _tensors[value] = tensor;
        }

        return tensor;
    }

    /// <summary>The tensor of a value; null where its shape is not known.</summary>
    public AxisTensor? Find(Value? value) => value is null ? null : _tensors.GetValueOrDefault(value);

    /// <summary>The set that an index belongs to.</summary>
    public int SetOf(AxisTensor tensor, int axis, long index) => Root(tensor.Offsets[axis] + (collapsed ? 0 : (int)index));

    /// <summary>Why a set must stay; null where it need not.</summary>
    public string? ReasonOf(int set) => _frozen.GetValueOrDefault(Root(set));

    /// <summary>Whether an axis as a whole must stay, in a collapsed space.</summary>
    public bool IsFrozen(AxisTensor tensor, int axis) => _frozen.ContainsKey(SetOf(tensor, axis, 0));

    /// <summary>How many axes stand or fall with one, in a collapsed space.</summary>
    public int CountWith(AxisTensor tensor, int axis)
    {
        if (_sizes.Count == 0)
        {
            for (int i = 0; i < _parents.Count; i++)
            {
                _sizes[Root(i)] = _sizes.GetValueOrDefault(Root(i)) + 1;
            }
        }

        return _sizes[SetOf(tensor, axis, 0)];
    }

    public void Freeze(AxisTensor? tensor, int axis, string why)
    {
        for (long i = 0; tensor is not null && i < (collapsed ? Math.Min(1, tensor.Shape[axis]) : tensor.Shape[axis]); i++)
        {
            _frozen.TryAdd(SetOf(tensor, axis, i), why);
        }
    }

    /// <summary>Makes a single index stay. Says nothing about whole axes.</summary>
    public void FreezeIndex(AxisTensor tensor, int axis, long index, string why)
    {
        if (!collapsed)
        {
            _frozen.TryAdd(SetOf(tensor, axis, index), why);
        }
    }

    public void FreezeAll(AxisTensor? tensor, string why)
    {
        for (int a = 0; a < (tensor?.Rank ?? 0); a++)
        {
            Freeze(tensor, a, why);
        }
    }

    /// <summary>Makes two axes stand or fall index by index; axes of other extents must stay.</summary>
    public void Couple(AxisTensor a, int axisA, AxisTensor b, int axisB)
    {
        if (a.Shape[axisA] != b.Shape[axisB])
        {
            Freeze(a, axisA, "its extents do not agree along the graph");
            Freeze(b, axisB, "its extents do not agree along the graph");
            return;
        }

        for (long i = 0; i < (collapsed ? Math.Min(1, a.Shape[axisA]) : a.Shape[axisA]); i++)
        {
            Union(SetOf(a, axisA, i), SetOf(b, axisB, i));
        }
    }

    /// <summary>Makes single indices stand or fall together. Says nothing about whole axes.</summary>
    public void CoupleIndex(AxisTensor a, int axisA, long indexA, AxisTensor b, int axisB, long indexB)
    {
        if (!collapsed)
        {
            Union(SetOf(a, axisA, indexA), SetOf(b, axisB, indexB));
        }
    }

    /// <summary>Makes whole axes stand or fall together, whatever their extents. Says nothing about single indices.</summary>
    public void CoupleWhole(AxisTensor a, int axisA, AxisTensor b, int axisB)
    {
        if (collapsed)
        {
            Union(SetOf(a, axisA, 0), SetOf(b, axisB, 0));
        }
    }

    private int Root(int i)
    {
        while (_parents[i] != i)
        {
            _parents[i] = _parents[_parents[i]];
            i = _parents[i];
        }

        return i;
    }

    // The lower index becomes the root: sets do not depend on the order of the operators.
    private void Union(int a, int b)
    {
        if (a == b)
        {
            return;
        }

        (int low, int high) = a < b ? (a, b) : (b, a);
        _parents[high] = low;
        if (_frozen.Remove(high, out string? why))
        {
            _frozen.TryAdd(low, why);
        }
    }
}
