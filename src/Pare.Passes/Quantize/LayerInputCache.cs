namespace Pare.Passes.Quantize;

/// <summary>
/// What layers read in the original network, as far as memory allows: it is the same whatever is tried, so that several <see cref="NetworkQuantizer"/>s over the same model and
/// samples share one. Not safe for concurrent use.
/// </summary>
public sealed class LayerInputCache
{
    private const long MostBytes = 700_000_000;
    private readonly Dictionary<string, TensorData[]> _values = new(StringComparer.Ordinal);
    private long _bytes;

    internal bool TryGet(string name, out TensorData[] values) => _values.TryGetValue(name, out values!);

    internal void Keep(string name, TensorData[] values)
    {
        long bytes = values.Sum(t => t.ByteLength);
        if (_bytes + bytes <= MostBytes && _values.TryAdd(name, values))
        {
            _bytes += bytes;
        }
    }
}
