using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>What a search and a replay share: which layers are touched, and their quantizers with the statistics of calibration samples.</summary>
internal static class LayerPreparation
{
    // A second moment from fewer rows than this for each input is mostly noise in its small directions, which is where errors are sent.
    private const long RowsPerInput = 10;

    /// <summary>The layers that may be quantized, in the graph's order.</summary>
    public static IReadOnlyList<LinearLayer> Layers(Model model, int minimumElements) =>
        [.. LinearLayers.Find(model).Where(l => l.Weight.Constant!.Count >= minimumElements)];

    /// <summary>Collects statistics and prepares the quantizers of each layer.</summary>
    /// <param name="working">The model.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="samples">Samples in the order in which they are taken.</param>
    /// <param name="first">So many serve every layer; layers that have seen too few rows for their size get more, as far as there are samples.</param>
    /// <param name="inPlace">Whether the graph stays as it is.</param>
    /// <param name="runner">Runs the samples.</param>
    /// <param name="threads">Threads to use.</param>
    public static LayerQuantizers[] Prepare(Model working, IReadOnlyList<LinearLayer> layers, CompressSamples samples, int first, bool inPlace, SampleRunner runner, int threads)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, threads) };
        LayerStatistics?[] statistics = [.. layers.Select(l => l.Input is { IsConstant: false } && l.InputSize <= LayerStatistics.LargestInputSize ? new LayerStatistics(l) : null)];
        Collect(working, [.. statistics.OfType<LayerStatistics>()], samples.Take(first), runner, parallel);
        LayerStatistics[] hungry = [.. statistics.OfType<LayerStatistics>().Where(s => s.Rows < RowsPerInput * s.Layer.InputSize)];
        if (hungry.Length > 0 && samples.Count > first)
        {
            long most = hungry.Max(s => (RowsPerInput * s.Layer.InputSize / Math.Max(1, s.Rows / first)) + 1);
            Collect(working, hungry, samples.Skip(first).Take((int)Math.Min(most, samples.Count)), runner, parallel);
        }

        // TFLite's quantization knows scales of output channels only.
        bool takesRows = !ReferenceEquals(working.Vocabulary, Vocabularies.TFLite);
        LayerQuantizers[] quantizers = new LayerQuantizers[layers.Count];
        Parallel.For(0, layers.Count, parallel, t =>
        {
            LinearLayer layer = layers[t];
            LayerQuantizer rounded = new(layer, statistics[t], scaleRows: false, powersOfTwo: true);
            quantizers[t] = inPlace ? new LayerQuantizers(rounded, null, rounded)
                : !takesRows ? new LayerQuantizers(new LayerQuantizer(layer, statistics[t], scaleRows: false), null, rounded)
                : new LayerQuantizers(
                    new LayerQuantizer(layer, statistics[t]),
                    statistics[t] is not null && layer.InputChannelAxis is not null ? new LayerQuantizer(layer, statistics[t], scaleRows: false) : null,
                    rounded);
        });
        return quantizers;
    }

    private static void Collect(Model working, LayerStatistics[] statistics, CompressSamples samples, SampleRunner runner, ParallelOptions parallel)
    {
        string[] names = [.. statistics.Select(s => s.Layer.Input!.Name).Distinct()];
        if (names.Length == 0 || samples.Count == 0)
        {
            return;
        }

        Dictionary<string, int> position = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        runner.Values(working, names, samples, values => Parallel.For(0, statistics.Length, parallel, t => statistics[t].Add(values[position[statistics[t].Layer.Input!.Name]])));
    }
}
