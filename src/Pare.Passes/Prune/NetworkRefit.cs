using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>Prunes linear layers one after the other, each fitted (see <see cref="LayerRefit"/>) on what the layers before it have become.</summary>
internal static class NetworkRefit
{
    private const double MomentWork = 2e10;

    /// <summary>Prunes and fits the layers of <paramref name="model"/> in place.</summary>
    /// <param name="runner">Runs parts of the network.</param>
    /// <param name="model">The network, still as it was.</param>
    /// <param name="keep">For weights of linear layers the elements that stay. Weights without an entry stay whole.</param>
    /// <param name="samples">Calibration samples.</param>
    /// <param name="fit">Whether weights are fitted; else biases alone take the means of the errors.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>The weights that were pruned; others (of layers that no output needs, or too large) are left to the caller.</returns>
    public static HashSet<Value> Apply(
        IModelRunner runner, Model model, IReadOnlyDictionary<Value, bool[]> keep, SampleBatches samples, bool fit, int threads, CancellationToken cancellation)
    {
        Model original = model.Clone();
        IReadOnlyList<LinearLayer> own = LinearLayers.Find(model);
        IReadOnlyList<LinearLayer> before = LinearLayers.Find(original);
        ActivationWalk walkBefore = new(runner, original, samples, threads);
        ActivationWalk walk = new(runner, model, samples, threads);
        int[] order =
        [
            .. Enumerable.Range(0, own.Count)
                .Where(i => keep.ContainsKey(own[i].Weight) && own[i].Input is { IsConstant: false } && own[i].InputSize <= LayerRefit.LargestInput && walk.PlaceOf(own[i].Node) is not null)
                .OrderBy(i => walk.PlaceOf(own[i].Node)),
        ];
        HashSet<Value> done = new(ReferenceEqualityComparer.Instance);
        foreach (int i in order)
        {
            cancellation.ThrowIfCancellationRequested();
            TensorData[] x = walkBefore.To(before[i].Node, before[i].Input!);
            TensorData[] hat = walk.To(own[i].Node, own[i].Input!);
            CrossMoments moments = new(before[i], samples.Count, MomentWork, threads);
            for (int b = 0; b < x.Length; b++)
            {
                moments.Add(hat[b], x[b], samples.Sizes[b]);
            }

            LayerRefit.Apply(own[i], moments, keep[own[i].Weight], fit, threads);
            done.Add(own[i].Weight);
        }

        return done;
    }
}
