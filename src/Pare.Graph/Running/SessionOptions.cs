namespace Pare;

/// <summary>How a session is made.</summary>
public sealed record SessionOptions
{
    /// <summary>Names of values to feed; null for the model's inputs. Inner values may be named: what lies before them is cut off.</summary>
    public IReadOnlyList<string>? Feeds { get; init; }

    /// <summary>Names of values to fetch; null for the model's outputs. Inner values may be named.</summary>
    public IReadOnlyList<string>? Fetches { get; init; }

    /// <summary>Threads within one run; 0 for all cores.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether operators are timed; the session is then an <see cref="IProfiledSession"/>. False by default.</summary>
    public bool Profile { get; init; }

    /// <summary>Whether the session is for a few runs only, so that a quick start matters more than the last of speed; false by default.</summary>
    public bool QuickStart { get; init; }
}
