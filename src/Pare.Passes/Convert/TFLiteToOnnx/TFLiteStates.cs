namespace Pare.Passes.Conversion;

/// <summary>What lasts from run to run while a model is carried over: variable tensors and resource variables, each with the ONNX value it holds at this point. One conversion's worth.</summary>
internal sealed class TFLiteStates(OnnxBuilder builder)
{
    private readonly Dictionary<object, Entry> _entries = [];
    private readonly List<Entry> _order = [];

    /// <summary>The states that the model reads or writes, in the order they were met.</summary>
    public IEnumerable<Entry> All => _order;

    /// <summary>The state of a key, made when first met.</summary>
    /// <param name="key">A variable tensor, or the name of a resource.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Shape.</param>
    /// <param name="initial">Content before the first run.</param>
    public Entry Get(object key, string name, DataType type, TensorShape shape, TensorData? initial)
    {
        if (!_entries.TryGetValue(key, out Entry? entry))
        {
            Value input = new(builder.MakeName(name), type, new SymbolicShape(shape));
            _entries[key] = entry = new Entry(input, initial ?? OnnxBuilder.Filled(type, shape, 0)) { Current = input };
            _order.Add(entry);
        }

        return entry;
    }

    /// <summary>One state.</summary>
    public sealed class Entry(Value input, TensorData initial)
    {
        /// <summary>What it holds before the run, an input of the ONNX model.</summary>
        public Value Input { get; } = input;

        /// <summary>What it holds before the first run.</summary>
        public TensorData Initial { get; } = initial;

        /// <summary>What it holds at this point of the run.</summary>
        public required Value Current { get; set; }
    }
}
