namespace Pare;

/// <summary>What a pass is given beside the model.</summary>
public sealed record PassContext
{
    /// <summary>Runs models, for passes that must compute; null where computing is not available (such passes then do what they can without).</summary>
    public IModelRunner? Runner { get; init; }

    /// <summary>Threads a pass may use; at least 1. Results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; }

    /// <summary>Where remarks and tolerated defects go.</summary>
    public IList<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>Receives progress in [0,1]; null where nobody looks.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Ends the work early with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }
}
