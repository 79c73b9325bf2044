namespace Pare.Workflows;

/// <summary>What a model is made of. Immutable.</summary>
public sealed record InspectReport
{
    /// <summary>Path as given.</summary>
    public required string File { get; init; }

    /// <summary>Format, lower-case (<c>graphdef</c>, <c>onnx</c>).</summary>
    public required string Format { get; init; }

    /// <summary>Milliseconds that opening took: the file is mapped and its structure read; 0 where the model was open already.</summary>
    public double OpenMs { get; init; }

    /// <summary>What a caller feeds.</summary>
    public required IReadOnlyList<ValueReport> Inputs { get; init; }

    /// <summary>What a caller gets.</summary>
    public required IReadOnlyList<ValueReport> Outputs { get; init; }

    /// <summary>How many nodes of each operator, the commonest first; subgraphs included.</summary>
    public required IReadOnlyDictionary<string, int> Operators { get; init; }

    /// <summary>Nodes in all, subgraphs included.</summary>
    public required int Nodes { get; init; }

    /// <summary>Elements of all constants that hold weights: floating-point and quantized tensors of at least one dimension.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of one run with a batch of one, in convolutions and matrix products; null where shapes are not known.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Bytes of the (decompressed) file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Operator sets or producer versions by name; empty where the file tells none.</summary>
    public required IReadOnlyDictionary<string, long> Versions { get; init; }

    /// <summary>The largest constants, largest first.</summary>
    public required IReadOnlyList<TensorReport> LargestTensors { get; init; }

    /// <summary>Inputs that only drive switches, which <c>--freeze</c> may turn into constants.</summary>
    public IReadOnlyList<string> Freezable { get; init; } = [];

    /// <summary>The runtime asked about, or null.</summary>
    public string? Target { get; init; }

    /// <summary>Nodes that the target cannot run.</summary>
    public IReadOnlyList<UnsupportedNode> Unsupported { get; init; } = [];

    /// <summary>What was tolerated or could not be told.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
