using Pare.Workflows;

namespace Pare.Compress;

/// <summary>How long a model takes for one sample on one thread, in ONNX Runtime, in milliseconds; and what a TFLite model needs in memory beside its file.</summary>
/// <param name="MedianMs">The median run.</param>
/// <param name="P5Ms">One run of twenty is faster.</param>
/// <param name="P95Ms">Nineteen of twenty runs are faster.</param>
/// <param name="Runs">Timed runs.</param>
/// <param name="ArenaBytes">Bytes of the tensor arena that LiteRT plans; null for other formats.</param>
public sealed record CompressLatency(double MedianMs, double P5Ms, double P95Ms, int Runs, long? ArenaBytes)
{
    /// <summary>Times a model; null where it cannot be run on random inputs.</summary>
    internal static CompressLatency? Of(IModelRunner runner, Model model, string path, long bytes, int seed, CancellationToken cancellation)
    {
        BenchmarkOptions options = new() { Runs = 20, MinSeconds = 0.2, MaxSeconds = 10, WarmUp = 1, WarmUpSeconds = 0.1, Threads = 1, Seed = seed };
        try
        {
            ModelTiming t = new ModelBenchmark(runner).Measure(model, path, bytes, options, cancellation);
            return new CompressLatency(t.MedianMs, t.P5Ms, t.P95Ms, t.Runs, t.ArenaBytes);
        }
        catch (UsageException)
        {
            // Random inputs do not fit every model; the report then has no latency.
            return null;
        }
    }
}
