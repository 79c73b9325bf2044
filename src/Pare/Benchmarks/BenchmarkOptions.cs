namespace Pare.Workflows;

/// <summary>How models are timed.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>Runs that are timed. Default 100.</summary>
    public int Runs { get; init; } = 100;

    /// <summary>Runs before timing, beside the first. Default 10.</summary>
    public int WarmUp { get; init; } = 10;

    /// <summary>Samples a run, where the model leaves the batch open. Default 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Threads within a run. Default all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether a second session, after the timed one, measures each operator. Default false.</summary>
    public bool Profile { get; init; }

    /// <summary>Seed of the random inputs. Default 0.</summary>
    public int Seed { get; init; }
}
