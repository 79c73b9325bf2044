using Pare.Evaluation;
using Pare.Passes.Cluster;
using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>Measures on calibration data what an error of each weight costs. Thread-safe.</summary>
/// <param name="runner">Runs the model.</param>
internal sealed class SensitivityCollector(IModelRunner runner)
{
    /// <summary>The cost of each element of each layer's weight; see <see cref="WeightSensitivity"/>.</summary>
    /// <param name="model">The model; not edited.</param>
    /// <param name="data">The data set.</param>
    /// <param name="samples">At most so many samples are run, chosen by the seed and spread over the classes.</param>
    /// <param name="preprocessing">How pictures become inputs; null for what is assumed.</param>
    /// <param name="context">Threads, seed, cancellation; told what was assumed.</param>
    /// <exception cref="UsageException">The data do not fit the model.</exception>
    public Dictionary<Value, float[]> Collect(Model model, Dataset data, int samples, Preprocessing? preprocessing, PassContext context)
    {
        int[] order = [.. StratifiedOrder.Of(data, context.Seed).Take(samples)];
        LoadedSamples loaded = new SampleLoader(runner).Load(model, data, order, new EvaluationOptions { Preprocessing = preprocessing, Threads = context.Threads }, context.Cancellation);
        foreach (Diagnostic d in loaded.Diagnostics)
        {
            context.Diagnostics.Add(d);
        }

        LayerStatistics[] statistics = [.. LinearLayers.Find(model).Where(l => l.Input is { IsConstant: false }).Select(l => new LayerStatistics(l, diagonalOnly: true))];
        if (statistics.Length == 0)
        {
            return [];
        }

        string[] names = [.. statistics.Select(s => s.Layer.Input!.Name).Distinct()];
        Dictionary<string, int> position = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, context.Threads) };
        new SampleRunner(runner, context.Threads, context.Cancellation).Values(
            model,
            names,
            new CompressSamples { Inputs = loaded.Inputs, Batch = loaded.Batch },
            values => Parallel.For(0, statistics.Length, parallel, t => statistics[t].Add(values[position[statistics[t].Layer.Input!.Name]])));
        return statistics.ToDictionary(s => s.Layer.Weight, WeightSensitivity.Of);
    }
}
