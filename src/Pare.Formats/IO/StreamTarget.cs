namespace Pare.Formats;

/// <summary>A target that is a single stream.</summary>
public sealed class StreamTarget : ModelTarget
{
    /// <summary>Wraps a stream.</summary>
    public StreamTarget(Stream main, string suffix)
    {
        Main = main;
        Suffix = suffix;
    }

    /// <inheritdoc/>
    public override Stream Main { get; }

    /// <inheritdoc/>
    public override string Suffix { get; }
}
