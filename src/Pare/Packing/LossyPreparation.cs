using Pare.Compress;
using Pare.Evaluation;
using Pare.Passes.Quantize;

namespace Pare.Packing;

/// <summary>What a search and its replay do alike: samples, their parts, the encoder.</summary>
internal static class LossyPreparation
{
    /// <summary>Calibration samples loaded at most.</summary>
    public const int MostCalibration = 20000;

    private const long LargestBytes = 1_000_000_000;

    /// <summary>Loads samples in stratified order, as many as memory allows; and their places in the data.</summary>
    public static (LoadedSamples Loaded, int[] Used) Load(IModelRunner runner, Model model, Dataset data, int most, int seed, EvaluationOptions evaluation, CancellationToken cancellation)
    {
        int[] order = StratifiedOrder.Of(data, seed);
        SampleLoader loader = new(runner);
        LoadedSamples first = loader.Load(model, data, order[..1], evaluation, cancellation);
        long bytes = Math.Max(1, first.Inputs.Count == 0 ? 1 : first.Inputs[0].Sum(t => t.ByteLength));
        int[] taken = [.. order.Take((int)Math.Clamp(LargestBytes / bytes, 16, most))];
        return (loader.Load(model, data, taken, evaluation, cancellation), [.. taken.Order()]);
    }

    /// <summary>Samples without what loading told about them.</summary>
    public static CompressSamples Samples(LoadedSamples loaded) => new()
    {
        Inputs = loaded.Inputs,
        Labels = loaded.Labels.All(l => l.HasValue) ? [.. loaded.Labels.Select(l => l!.Value)] : null,
        Batch = loaded.Batch,
    };

    /// <summary>Samples for calibration and for judging, apart where there are enough.</summary>
    public static (CompressSamples Fit, CompressSamples Judge) Split(CompressSamples? calibration, CompressSamples selection)
    {
        CompressSamples fit = calibration ?? selection.Take(Math.Max(1, selection.Count * 3 / 5));
        return (fit, calibration is null && selection.Count >= 5 ? selection.Skip(fit.Count) : selection);
    }

    /// <summary>An encoder calibrated on samples, of which it takes as many as a minute allows.</summary>
    public static LossyEncoder Encoder(IModelRunner runner, SampleRunner samples, Model working, CompressSamples fit, LossyJudge judging, LossyPackOptions options)
    {
        int cap = options.CalibrationSamples ?? (int)Math.Clamp(1e7 / Math.Max(1, fit.Inputs[0].Sum(t => t.Count)), 500, MostCalibration);
        SampleBatches batches = SampleBatches.Create(runner, working, fit.Take(cap).Inputs, Math.Clamp(fit.Count / 8, 1, 64));
        LossyJudge few = judging.Take(64);
        return new LossyEncoder(runner, working, batches, m => 2 * few.Score(samples, m).Divergence, options);
    }
}
