namespace Pare.Formats.Onnx;

// What the format keeps beside the model's own types. All of it is immutable and shared by clones.

/// <summary>Whole fields of a message that the representation does not carry (doc strings, properties, unknown fields), as they stood.</summary>
internal sealed record OnnxFields(IReadOnlyList<ReadOnlyMemory<byte>> Fields)
{
    public static OnnxFields None { get; } = new([]);
}

/// <summary>An entry with a key and a value (metadata, operator set), and the field it was read from.</summary>
internal sealed record OnnxEntry(string Key, string Value, ReadOnlyMemory<byte> Field);

/// <summary>Of a model.</summary>
/// <param name="IrVersion">Version of the representation.</param>
/// <param name="Other">Fields kept as they stood.</param>
/// <param name="Metadata">Free properties as read.</param>
/// <param name="OperatorSets">Operator sets as read.</param>
internal sealed record OnnxModelInfo(long IrVersion, OnnxFields Other, IReadOnlyList<OnnxEntry> Metadata, IReadOnlyList<OnnxEntry> OperatorSets);

/// <summary>Of a function.</summary>
internal sealed record OnnxFunctionInfo(OnnxFields Other, IReadOnlyList<OnnxEntry> OperatorSets);

/// <summary>Of a graph.</summary>
/// <param name="Other">Fields kept as they stood.</param>
/// <param name="Orphans"><c>value_info</c> entries about names the graph does not have, with their places.</param>
internal sealed record OnnxGraphInfo(OnnxFields Other, IReadOnlyList<(int Ordinal, ReadOnlyMemory<byte> Message)> Orphans);

/// <summary>Of a node.</summary>
/// <param name="Other">Fields kept as they stood.</param>
/// <param name="Content">Of a <c>Constant</c>: the content that <paramref name="Attribute"/> spells.</param>
/// <param name="Attribute">Of a <c>Constant</c>: the attribute the content was read from; empty where it cannot be copied (external data).</param>
internal sealed record OnnxNodeInfo(OnnxFields Other, TensorData? Content = null, ReadOnlyMemory<byte> Attribute = default);

/// <summary>Of an attribute.</summary>
/// <param name="Type">The type it declares; 0 where it declares none.</param>
/// <param name="Other">Fields kept as they stood.</param>
/// <param name="IsAbsent">Whether the file leaves the value out, so that it is the default: zero, no text, no elements.</param>
/// <param name="Tensor">Of a tensor: the message it was read from; empty where it cannot be copied.</param>
internal sealed record OnnxAttributeInfo(int Type, OnnxFields Other, bool IsAbsent = false, ReadOnlyMemory<byte> Tensor = default);

/// <summary>A <c>ValueInfoProto</c> as read, with what it was understood to say.</summary>
internal sealed record OnnxDeclaration(int Ordinal, string Name, DataType Type, SymbolicShape? Shape, ReadOnlyMemory<byte> Message);

/// <summary>A tensor's message as read, with what it was understood to hold.</summary>
internal sealed record OnnxTensorMessage(string Name, TensorData Content, ReadOnlyMemory<byte> Message);

/// <summary>Of a value.</summary>
internal sealed record OnnxValueInfo
{
    /// <summary>How the graph's inputs declare it; of an initializer: an input of the same name, which a caller may leave out.</summary>
    public OnnxDeclaration? Input { get; init; }

    /// <summary>How the graph's outputs declare it.</summary>
    public OnnxDeclaration? Output { get; init; }

    /// <summary>How <c>value_info</c> declares it.</summary>
    public OnnxDeclaration? Inner { get; init; }

    /// <summary>The initializer's message; null where it cannot be copied (external data).</summary>
    public OnnxTensorMessage? Tensor { get; init; }
}
