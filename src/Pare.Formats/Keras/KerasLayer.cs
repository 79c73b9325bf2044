using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>A layer as a configuration describes it.</summary>
internal sealed record KerasLayer
{
    /// <summary>Its class (<c>Conv2D</c>).</summary>
    public required string ClassName { get; init; }

    /// <summary>Its name, unique within its network.</summary>
    public required string Name { get; init; }

    /// <summary>Its own configuration; an object, or undefined.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>Its calls, one element each; undefined in a Sequential.</summary>
    public JsonElement InboundNodes { get; init; }

    /// <summary>The network inside, where the layer is a model itself.</summary>
    public KerasNetwork? Network { get; init; }

    /// <summary>Whether the network inside runs on each time step by itself (TimeDistributed over a model).</summary>
    public bool IsPerStep { get; init; }

    /// <summary>Whether it is one of Keras 3's plain operations (<c>keras.ops</c>) rather than a layer.</summary>
    public bool IsOperation { get; init; }
}
