namespace Pare.Workflows;

/// <summary>What the demonstration did. Immutable.</summary>
public sealed record PosterizeReport
{
    /// <summary>The picture read.</summary>
    public required FileReport Input { get; init; }

    /// <summary>The picture written.</summary>
    public required FileReport Output { get; init; }

    /// <summary>Bytes of the picture as a PNG with all its colours.</summary>
    public required long OriginalPngBytes { get; init; }

    /// <summary>Colours, or levels a channel.</summary>
    public required int Levels { get; init; }

    /// <summary>Peak signal-to-noise ratio in dB; infinite where nothing changed.</summary>
    public required double PsnrDb { get; init; }
}
