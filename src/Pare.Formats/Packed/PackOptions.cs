namespace Pare.Formats;

/// <summary>How a model is packed.</summary>
public sealed record PackOptions
{
    /// <summary>Threads used; all cores unless said otherwise. The bytes do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told the part done, 0 to 1.</summary>
    public IProgress<double>? Progress { get; init; }
}
