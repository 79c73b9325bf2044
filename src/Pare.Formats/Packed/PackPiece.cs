namespace Pare.Formats.Packed;

/// <summary>A stretch of the file before it is coded.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Kind">What it is.</param>
internal sealed record PackPiece(long Start, long Length, PieceKind Kind)
{
    public long End => Start + Length;

    /// <summary>Of numbers: their type; <see cref="DataType.Undefined"/> where only the width is known.</summary>
    public DataType Type { get; init; }

    /// <summary>Of numbers: bytes of an element.</summary>
    public int Width { get; init; }

    /// <summary>Of a whole tensor: its shape.</summary>
    public TensorShape? Shape { get; init; }

    /// <summary>Whether it belongs to a tensor that the model's reader knows.</summary>
    public bool IsTensor { get; init; }

    /// <summary>Of a repetition: where from.</summary>
    public RepeatRun Repeat { get; init; }

    /// <summary>Of a tensor with codes: these.</summary>
    public CodedTensor? Coded { get; init; }
}
