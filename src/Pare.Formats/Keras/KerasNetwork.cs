using System.Text.Json;

namespace Pare.Formats.Keras;

/// <summary>A model as a configuration describes it: a chain of layers, or layers that name what they are called on.</summary>
internal sealed record KerasNetwork
{
    /// <summary>Its class (<c>Sequential</c>, <c>Functional</c>, <c>Model</c>).</summary>
    public required string ClassName { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether each layer is called on what the one before gives.</summary>
    public required bool IsSequential { get; init; }

    /// <summary>Its layers in the configuration's order.</summary>
    public required IReadOnlyList<KerasLayer> Layers { get; init; }

    /// <summary>Its inputs; empty in a Sequential.</summary>
    public IReadOnlyList<KerasReference> Inputs { get; init; } = [];

    /// <summary>Its outputs; empty in a Sequential.</summary>
    public IReadOnlyList<KerasReference> Outputs { get; init; } = [];

    /// <summary>The input's shape where a Sequential says it beside its layers; undefined elsewhere.</summary>
    public JsonElement InputShape { get; init; }
}
