namespace Pare.Workflows;

/// <summary>How models are timed. The defaults are those of TensorFlow Lite's <c>benchmark_model</c>.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>What runs the models. Default ONNX Runtime.</summary>
    public BenchmarkRuntime Runtime { get; init; }

    /// <summary>The folder with LiteRT's npm package; null to look for it.</summary>
    public string? LiteRtFolder { get; init; }

    /// <summary>Runs that are timed, at least. Default 50.</summary>
    public int Runs { get; init; } = 50;

    /// <summary>Seconds that the timed runs take, at least: fast models are run more often. Default 1.</summary>
    public double MinSeconds { get; init; } = 1;

    /// <summary>Seconds after which no further run is begun, neither in warming up nor timed. Default 150.</summary>
    public double MaxSeconds { get; init; } = 150;

    /// <summary>Runs before timing, beside the first, at least. Default 1.</summary>
    public int WarmUp { get; init; } = 1;

    /// <summary>Seconds that the runs before timing take, at least. Default 0.5.</summary>
    public double WarmUpSeconds { get; init; } = 0.5;

    /// <summary>Samples a run, where the model leaves the batch open. Default 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Shapes of inputs that the model leaves open, by name, as extents separated by commas; ONNX Runtime only. Default none.</summary>
    public IReadOnlyDictionary<string, string> Shapes { get; init; } = new Dictionary<string, string>();

    /// <summary>Threads within a run. Default all cores; LiteRT has one here.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether a second session, after the timed one, measures each operator (ONNX Runtime only). Default false.</summary>
    public bool Profile { get; init; }

    /// <summary>Seed of the random inputs. Default 0.</summary>
    public int Seed { get; init; }
}
