namespace Pare.Formats.TensorFlow;

/// <summary>What a NodeDef holds beyond the model: made only for nodes that need it.</summary>
internal sealed record GraphDefNodeExtension
{
    /// <summary>Fields other than name, operator, inputs, device and attributes, as they stood.</summary>
    public ReadOnlyMemory<byte> Fields { get; init; }

    /// <summary>Bit i: input i was written <c>x:0</c> rather than <c>x</c>, which means the same.</summary>
    public ulong ExplicitPorts { get; init; }

    /// <summary>How many attributes stood before a constant's <c>value</c>; -1 where it was the last.</summary>
    public int ValuePosition { get; init; } = -1;

    /// <summary>Unknown fields of the AttrValue around a constant's tensor.</summary>
    public ReadOnlyMemory<byte> ValueFields { get; init; }

    /// <summary>Fields of a constant's TensorProto that say nothing about its type, shape and values; written again when the content is replaced.</summary>
    public ReadOnlyMemory<byte> TensorFields { get; init; }
}
