using Pare.Passes.Cluster;
using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>
/// What a channel is worth. Without samples: the squared norm of the filters that make it times that of the weights that take it, each relative to its tensor's mean. With samples: its part of the outputs of the
/// layers that take it, <c>Σ w² E[x²]</c> over the weights that it is multiplied with, relative to the whole (after Luo et al., ThiNet, 2017, which also judges a filter by the next layer).
/// </summary>
internal sealed class ChannelScores
{
    private readonly Dictionary<Value, float[]> _costs = [];
    private readonly bool _measured;
    private readonly Dictionary<(AxisTensor, int), double[]> _sums = [];

    public ChannelScores(Model model, SampleBatches? samples, PassContext context)
    {
        if (samples is null)
        {
            return;
        }

        foreach (LayerStatistics statistics in LayerInputs.Measure(model, LinearLayers.Find(model), samples, context))
        {
            _costs[statistics.Layer.Weight] = WeightSensitivity.Of(statistics);
        }

        _measured = _costs.Count > 0;
    }

    /// <summary>The scores of a group's channels.</summary>
    public double[] Of(AxisSpace space, ChannelGroup group)
    {
        Dictionary<int, int> place = group.Sets.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        double[] made = Sum(space, group.Producers, place, measured: false);
        double[] taken = Sum(space, group.Consumers, place, _measured);
        return _measured ? taken : [.. made.Select((m, i) => m * taken[i])];
    }

    private double[] Sum(AxisSpace space, IReadOnlyList<(AxisTensor Weight, int Axis)> weights, Dictionary<int, int> place, bool measured)
    {
        double[] scores = new double[place.Count];
        foreach ((AxisTensor weight, int axis) in weights)
        {
            double[] sums = Along(weight, axis, measured);
            double whole = Math.Max(1e-300, sums.Sum());
            for (long i = 0; i < sums.Length; i++)
            {
                if (place.TryGetValue(space.SetOf(weight, axis, i), out int p))
                {
                    scores[p] += sums[i] / whole;
                }
            }
        }

        return scores;
    }

    private double[] Along(AxisTensor weight, int axis, bool measured)
    {
        if (_sums.TryGetValue((weight, measured ? axis : -1 - axis), out double[]? known))
        {
            return known;
        }

        float[] squares = PruneTarget.SquaresOf(weight.Value!);
        if (measured && _costs.TryGetValue(weight.Value!, out float[]? costs))
        {
            for (int i = 0; i < squares.Length; i++)
            {
                squares[i] *= costs[i];
            }
        }

        long inner = weight.Shape[(axis + 1)..].Aggregate(1L, (n, e) => n * e);
        double[] sums = new double[weight.Shape[axis]];
        for (int i = 0; i < squares.Length; i++)
        {
            sums[i / inner % sums.Length] += squares[i];
        }

        return _sums[(weight, measured ? axis : -1 - axis)] = sums;
    }
}
