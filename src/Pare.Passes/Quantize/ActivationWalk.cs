namespace Pare.Passes.Quantize;

/// <summary>
/// Carries batches of samples through a network from one linear layer to the next, so that each layer's input is at hand in the network as it is up to there: between
/// two stops only the nodes between them run. Two walks, one over the original and one over the network that is being quantized, see a layer's inputs side by
/// side at the price of one run of each. Not safe for concurrent use.
/// </summary>
public sealed class ActivationWalk
{
    private readonly IModelRunner _runner;
    private readonly Model _model;
    private readonly SampleBatches _samples;
    private readonly ParallelOptions _parallel;
    private readonly Node[] _order;
    private readonly Dictionary<Node, int> _place;
    private readonly List<Value> _outputs;
    private readonly List<string> _names;
    private TensorData[][] _values;
    private bool _begun;

    /// <summary>Begins at the inputs.</summary>
    /// <param name="runner">Runs parts of the model.</param>
    /// <param name="model">The model. Weights of layers still to come may be replaced between stops.</param>
    /// <param name="samples">What is carried.</param>
    /// <param name="threads">Threads to use; results do not depend on it.</param>
    public ActivationWalk(IModelRunner runner, Model model, SampleBatches samples, int threads)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        _runner = runner;
        _model = model;
        _samples = samples;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) };
        _outputs = [model.Graph.Outputs[0]];
        IReadOnlySet<Node> needed = GraphOrder.Ancestors(model.Graph, _outputs);
        _order = [.. GraphOrder.Topological(model.Graph, model.Vocabulary.IsBackEdge).Where(needed.Contains)];
        _place = _order.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        _names = [.. model.Graph.Inputs.Select(v => v.Name)];
        _values = [.. samples.Batches.Select(b => b.ToArray())];
    }

    /// <summary>Samples of each batch.</summary>
    public IReadOnlyList<int> Sizes => _samples.Sizes;

    /// <summary>Where a layer stands on the way; layers must be visited in ascending order. Null where the output does not need it.</summary>
    public int? PlaceOf(Node node) => _place.TryGetValue(node, out int place) ? place : null;

    /// <summary>Walks up to a node and gives one of its inputs for each batch.</summary>
    /// <param name="node">A node that lies further than the last one.</param>
    /// <param name="input">The input wanted.</param>
    public TensorData[] To(Node node, Value input)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(input);
        Advance(Live(_place[node]));
        int at = _names.IndexOf(input.Name);
        return [.. _values.Select(v => v[at])];
    }

    /// <summary>Walks to the end and gives the model's first output for each batch.</summary>
    public TensorData[] ToEnd()
    {
        Advance([_outputs[0].Name]);
        return [.. _values.Select(v => v[0])];
    }

    // Values made before a place (or fed) that something at or behind it takes.
    private List<string> Live(int place)
    {
        List<string> live = [];
        HashSet<Value> seen = new(ReferenceEqualityComparer.Instance);
        for (int i = place; i < _order.Length; i++)
        {
            foreach (Value v in _order[i].Inputs.OfType<Value>().Concat(Captured(_order[i])))
            {
                if (!v.IsConstant && (v.Producer is null || (_place.TryGetValue(v.Producer, out int p) && p < place)) && seen.Add(v))
                {
                    live.Add(v.Name);
                }
            }
        }

        if (_outputs[0].Producer is { } last && _place[last] < place)
        {
            live.Add(_outputs[0].Name);
        }

        return live;
    }

    private static IEnumerable<Value> Captured(Node node) =>
        node.Subgraphs().SelectMany(g => g.SelfAndSubgraphs()).SelectMany(g => g.Nodes.SelectMany(n => n.Inputs).Concat(g.Outputs)).OfType<Value>()
            .Where(v => v.Producer is null || ReferenceEquals(v.Producer.Graph, node.Graph));

    private void Advance(List<string> wanted)
    {
        if (wanted.All(_names.Contains) && _begun)
        {
            int[] keep = [.. wanted.Select(w => _names.IndexOf(w))];
            _values = [.. _values.Select(v => keep.Select(k => v[k]).ToArray())];
        }
        else
        {
            string[] fetch = [.. wanted.Where(w => !_names.Contains(w))];
            TensorData[][] next = new TensorData[_values.Length][];
            if (fetch.Length > 0)
            {
                string[] feeds = _begun ? [.. Needed(fetch)] : [.. _names];
                using IModelSession session = _runner.Load(_model, new SessionOptions { Threads = 1, Feeds = _begun ? feeds : null, Fetches = fetch, QuickStart = _samples.Batches.Count < 8 });
                int[] from = [.. session.Inputs.Select(i => IndexOf(i.Name))];
                Parallel.For(0, next.Length, _parallel, b =>
                {
                    IReadOnlyList<TensorData> made = session.Run([.. from.Select(f => _values[b][f])]);
                    next[b] = [.. wanted.Select(w => Array.IndexOf(fetch, w) is var k and >= 0 ? made[k] : _values[b][_names.IndexOf(w)])];
                });
                _values = next;
            }
            else
            {
                int[] keep = [.. wanted.Select(w => _names.IndexOf(w))];
                _values = [.. _values.Select(v => keep.Select(k => v[k]).ToArray())];
            }
        }

        _names.Clear();
        _names.AddRange(wanted);
        _begun = true;
    }

    private int IndexOf(string name) => _names.FindIndex(n => n == name || n == name + ":0" || n + ":0" == name);

    // The values at hand that the wanted ones are made of.
    private HashSet<string> Needed(string[] fetch)
    {
        HashSet<string> have = [.. _names];
        HashSet<string> needed = [];
        HashSet<Node> seen = [];
        Stack<Value> stack = new(_order.SelectMany(n => n.Outputs).Where(o => fetch.Contains(o.Name)));
        while (stack.TryPop(out Value? v))
        {
            if (v.IsConstant)
            {
                continue;
            }

            if (have.Contains(v.Name))
            {
                needed.Add(v.Name);
            }
            else if (v.Producer is { } p && seen.Add(p))
            {
                foreach (Value i in p.Inputs.OfType<Value>().Concat(Captured(p)))
                {
                    stack.Push(i);
                }
            }
        }

        return needed;
    }
}
