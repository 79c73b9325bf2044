namespace Pare.Formats.TensorFlow;

/// <summary>What a library says of a function beyond its body; lies in <see cref="ModelFunction.Extension"/>.</summary>
internal sealed record GraphDefFunctionExtension
{
    /// <summary>The FunctionDef as it stood; written again as long as the function is the one that was read.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>Names of the outputs, in order.</summary>
    public required IReadOnlyList<string> OutputNames { get; init; }
}
