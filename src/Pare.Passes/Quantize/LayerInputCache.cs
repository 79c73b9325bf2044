namespace Pare.Passes.Quantize;

/// <summary>
/// What layers read in the original network, as far as memory allows, and the steps found so far: several <see cref="NetworkQuantizer"/>s over the same model and samples share
/// one. Not safe for concurrent use.
/// </summary>
public sealed class LayerInputCache
{
    private const long MostBytes = 700_000_000;
    private readonly Dictionary<string, TensorData[]> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CrossMoments> _moments = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>The steps found for the weights, by name; those already there are where a search begins.</summary>
    public IDictionary<string, StepChoice> Steps { get; } = new Dictionary<string, StepChoice>(StringComparer.Ordinal);

    /// <summary>Moments of a layer that reads the same in both networks.</summary>
    internal CrossMoments SameMoments(LinearLayer layer, Func<CrossMoments> make)
    {
        if (!_moments.TryGetValue(layer.Weight.Name, out CrossMoments? moments))
        {
            moments = make();
            _moments[layer.Weight.Name] = moments;
        }

        return moments;
    }

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
