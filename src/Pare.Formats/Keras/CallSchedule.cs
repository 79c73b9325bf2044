using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>
/// The calls of a network, each when what it takes is there, in the configuration's order where that allows. Models within may count the call that made them:
/// their references are renumbered from 0.
/// </summary>
internal sealed class CallSchedule
{
    private readonly Dictionary<string, (int Calls, int Highest, bool IsNetwork)> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<KerasReference, List<int>> _waiting = [];
    private readonly PriorityQueue<int, int> _ready = new();
    private readonly List<Entry> _entries = [];
    private readonly int[] _missing;
    private int _done;

    public CallSchedule(KerasNetwork network, IReadOnlySet<string> names)
    {
        HashSet<string> inputs = [.. network.Inputs.Select(i => i.Layer)];
        List<(KerasLayer Layer, int Index, KerasCall Call)> calls = [];
        foreach (KerasLayer layer in network.Layers)
        {
            int index = 0;
            foreach (JsonElement node in layer.InboundNodes.Items())
            {
                calls.Add((layer, index++, KerasCall.Read(node, names)));
            }

            _layers[layer.Name] = (index, 0, layer.Network is not null);
        }

        foreach (KerasReference r in calls.SelectMany(c => c.Call.Inputs).Concat(network.Outputs))
        {
            (int count, int highest, bool isNetwork) = _layers.GetValueOrDefault(r.Layer);
            _layers[r.Layer] = (count, Math.Max(highest, r.Call), isNetwork);
            _outputs[r.Layer] = Math.Max(_outputs.GetValueOrDefault(r.Layer, 1), r.Tensor + 1);
        }

        foreach ((KerasLayer layer, int index, KerasCall call) in calls)
        {
            if (layer.ClassName != "InputLayer")
            {
                _entries.Add(new Entry(layer, index, [.. call.Inputs.Select(Renumber)], call.Arguments, _entries.Count));
            }
        }

        _missing = new int[_entries.Count];
        foreach (Entry e in _entries)
        {
            foreach (KerasReference r in e.Inputs.Distinct())
            {
                if (r.Call == 0 && r.Tensor == 0 && inputs.Contains(r.Layer))
                {
                    continue;
                }

                _missing[e.Order]++;
                (_waiting.TryGetValue(r, out List<int>? list) ? list : _waiting[r] = []).Add(e.Order);
            }

            if (_missing[e.Order] == 0)
            {
                _ready.Enqueue(e.Order, e.Order);
            }
        }
    }

    /// <summary>The next call, or null where all are done.</summary>
    /// <exception cref="ModelFormatException">What is left waits for what nothing gives, or in a circle.</exception>
    public Entry? Next()
    {
        if (_ready.TryDequeue(out int order, out _))
        {
            return _entries[order];
        }

        if (_done == _entries.Count)
        {
            return null;
        }

        Entry stuck = _entries.First(e => _missing[e.Order] > 0);
        throw new ModelFormatException("Keras", $"the layer is called on what nothing gives, or on itself in a circle: {string.Join(", ", stuck.Inputs.Select(r => $"'{r.Layer}'").Distinct())}", node: stuck.Layer.Name);
    }

    /// <summary>Says that a call gave its outputs.</summary>
    public void Done(Entry entry, int outputs)
    {
        _done++;
        for (int i = 0; i < outputs; i++)
        {
            foreach (int waiting in _waiting.GetValueOrDefault(new KerasReference(entry.Layer.Name, entry.Index, i)) ?? [])
            {
                if (--_missing[waiting] == 0)
                {
                    _ready.Enqueue(waiting, waiting);
                }
            }
        }
    }

    /// <summary>How many outputs of a layer somebody takes, at least 1.</summary>
    public int OutputsOf(string layer) => _outputs.GetValueOrDefault(layer, 1);

    /// <summary>A reference with its call counted from 0.</summary>
    public KerasReference Renumber(KerasReference r) => r.Call > 0 && _layers.TryGetValue(r.Layer, out (int Calls, int Highest, bool IsNetwork) l) && l.IsNetwork && l.Highest >= l.Calls
        ? r with { Call = r.Call - 1 }
        : r;

    /// <summary>A call that waits its turn.</summary>
    internal sealed record Entry(KerasLayer Layer, int Index, KerasReference[] Inputs, byte[]? Arguments, int Order);
}
