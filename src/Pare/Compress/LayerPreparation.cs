using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>What a search and a replay share: which layers are touched, and their quantizers with the statistics of calibration samples.</summary>
internal static class LayerPreparation
{
    /// <summary>The layers that may be quantized, in the graph's order.</summary>
    public static IReadOnlyList<LinearLayer> Layers(Model model, int minimumElements) =>
        [.. LinearLayers.Find(model).Where(l => l.Weight.Constant!.Count >= minimumElements)];

    /// <summary>Collects statistics in one pass over the samples and prepares a quantizer for each layer.</summary>
    public static LayerQuantizers[] Prepare(Model working, IReadOnlyList<LinearLayer> layers, CompressSamples calibration, bool inPlace, SampleRunner samples, int threads)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, threads) };
        LayerStatistics?[] statistics = [.. layers.Select(l => l.Input is { IsConstant: false } && l.InputSize <= LayerStatistics.LargestInputSize ? new LayerStatistics(l) : null)];
        string[] names = [.. statistics.OfType<LayerStatistics>().Select(s => s.Layer.Input!.Name).Distinct()];
        Dictionary<string, int> position = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        if (names.Length > 0)
        {
            samples.Values(working, names, calibration, values => Parallel.For(0, statistics.Length, parallel, t =>
            {
                if (statistics[t] is { } s)
                {
                    s.Add(values[position[s.Layer.Input!.Name]]);
                }
            }));
        }

        LayerQuantizers[] quantizers = new LayerQuantizers[layers.Count];
        Parallel.For(0, layers.Count, parallel, t =>
        {
            LinearLayer layer = layers[t];
            LayerQuantizer rounded = new(layer, statistics[t], scaleRows: false, powersOfTwo: true);
            quantizers[t] = inPlace
                ? new LayerQuantizers(rounded, null, rounded)
                : new LayerQuantizers(
                    new LayerQuantizer(layer, statistics[t]),
                    statistics[t] is not null && layer.InputChannelAxis is not null ? new LayerQuantizer(layer, statistics[t], scaleRows: false) : null,
                    rounded);
        });
        return quantizers;
    }
}
