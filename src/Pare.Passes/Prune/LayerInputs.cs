using Pare.Passes.Quantize;

namespace Pare.Passes.Prune;

/// <summary>Measures what linear layers read on samples.</summary>
internal static class LayerInputs
{
    /// <summary>The mean squares of what each layer reads.</summary>
    public static LayerStatistics[] Measure(Model model, IReadOnlyList<LinearLayer> layers, SampleBatches samples, PassContext context)
    {
        IModelRunner runner = context.Runner ?? throw new PassException("prune", "needs a runner to see what the data excites");
        LayerStatistics[] statistics = [.. layers.Where(l => l.Input is { IsConstant: false }).Select(l => new LayerStatistics(l, diagonalOnly: true))];
        if (statistics.Length == 0)
        {
            return [];
        }

        string[] names = [.. statistics.Select(s => s.Layer.Input!.Name).Distinct()];
        Dictionary<string, int> position = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, context.Threads) };
        using IModelSession session = runner.Load(model, new SessionOptions { Threads = context.Threads, Fetches = names });
        foreach (IReadOnlyList<TensorData> batch in samples.Batches)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            IReadOnlyList<TensorData> values = session.Run(batch);
            Parallel.For(0, statistics.Length, parallel, t => statistics[t].Add(values[position[statistics[t].Layer.Input!.Name]], 4096));
        }

        return statistics;
    }
}
