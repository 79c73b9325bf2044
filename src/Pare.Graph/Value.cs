namespace Pare;

/// <summary>
/// A tensor that flows along the graph's edges: a node's output, a graph input, or a constant. A constant either is made by a node (TensorFlow's
/// <c>Const</c>, ONNX's <c>Constant</c>) or stands alone (ONNX's initializer, a TFLite buffer); in both cases its content is <see cref="Constant"/>,
/// which is the only place where it lies: readers lift it out of the node's attributes, writers put it back.
/// </summary>
public sealed class Value
{
    // From so many uses on, a table of where each stands spares the search for it.
    private const int ManyUses = 64;

    private readonly List<Use> _uses = [];
    private Dictionary<Use, int>? _places;
    private string? _name;

    /// <summary>Creates a value that no node makes: a graph input or an initializer.</summary>
    public Value(string name, DataType type = DataType.Undefined, SymbolicShape? shape = null, TensorData? constant = null)
    {
        _name = name;
        Type = constant?.Type ?? type;
        Shape = constant is not null ? new SymbolicShape(constant.Shape) : shape;
        Constant = constant;
    }

    internal Value(Node producer, int outputIndex, string? name)
    {
        Producer = producer;
        OutputIndex = outputIndex;
        _name = name;
    }

    /// <summary>The name. A node's output without a name of its own is called by the node and the output's index (<c>node:0</c>, as TensorFlow does).</summary>
    public string Name
    {
        get => _name ?? $"{Producer!.Name}:{OutputIndex}";
        set => _name = value;
    }

    /// <summary>Whether the name is its own rather than derived from its producer's.</summary>
    public bool HasOwnName => _name is not null;

    /// <summary>The node that makes it, or null.</summary>
    public Node? Producer { get; }

    /// <summary>Which of the producer's outputs it is.</summary>
    public int OutputIndex { get; }

    /// <summary>Element type, as far as known.</summary>
    public DataType Type { get; set; }

    /// <summary>Shape as far as known; null for unknown rank.</summary>
    public SymbolicShape? Shape { get; set; }

    /// <summary>Content where it is constant, else null.</summary>
    public TensorData? Constant { get; set; }

    /// <summary>How integers stand for real numbers, where the format says so.</summary>
    public QuantizationParameters? Quantization { get; set; }

    /// <summary>Whether it is state that nodes change in place and that lasts from run to run (see <see cref="Graph.Variables"/>).</summary>
    public bool IsVariable { get; internal set; }

    /// <summary>What the format keeps beside (an immutable object of the format's own), or null.</summary>
    public object? Extension { get; set; }

    /// <summary>Where it is consumed, in no particular order. A node that takes it twice stands twice. Graph outputs are not uses.</summary>
    public IReadOnlyList<Use> Uses => _uses;

    /// <summary>Whether the content is constant.</summary>
    public bool IsConstant => Constant is not null;

    /// <summary>Makes every consumer take <paramref name="replacement"/> instead. Graph outputs stay: see <see cref="Graph.ReplaceUses"/>.</summary>
    public void ReplaceUsesWith(Value replacement)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        if (ReferenceEquals(this, replacement))
        {
            return;
        }

        foreach (Use use in _uses.ToArray())
        {
            use.Node.SetInput(use.Index, replacement);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}{Shape}";

    internal void AddUse(Node node, int index)
    {
        Use use = new(node, index);
        _uses.Add(use);
        if (_places is not null)
        {
            _places[use] = _uses.Count - 1;
        }
        else if (_uses.Count > ManyUses)
        {
            _places = new Dictionary<Use, int>(_uses.Count * 2);
            for (int i = 0; i < _uses.Count; i++)
            {
                _places[_uses[i]] = i;
            }
        }
    }

    internal void RemoveUse(Node node, int index)
    {
        Use use = new(node, index);
        int at;
        if (_places is null)
        {
            at = _uses.LastIndexOf(use);
        }
        else if (!_places.Remove(use, out at))
        {
            at = -1;
        }

        if (at < 0)
        {
            return;
        }

        Use last = _uses[^1];
        _uses[at] = last;
        _uses.RemoveAt(_uses.Count - 1);
        if (_places is not null && at < _uses.Count)
        {
            _places[last] = at;
        }
    }
}
