namespace Pare.Passes.Quantize;

/// <summary>
/// A linear operator at work with a constant weight, seen as matrices: for each group a matrix of <see cref="InputSize"/> rows (what one output element
/// reads) by <see cref="OutputSize"/> columns (output channels of the group). Element (g, j, o) lies in the weight tensor at
/// <c>g·GroupStride + j·row stride + o·OutputStride</c>, where the row's place is <see cref="RowOffset"/>. Immutable.
/// </summary>
public sealed record LinearLayer
{
    /// <summary>The operator.</summary>
    public required Node Node { get; init; }

    /// <summary>The weight, a binary32 constant.</summary>
    public required Value Weight { get; init; }

    /// <summary>The data it is applied to; null where it cannot be told (an embedding's table, a recurrent weight).</summary>
    public Value? Input { get; init; }

    /// <summary>The bias added right behind, a constant of one value an output channel that nothing else uses; null where there is none.</summary>
    public Value? Bias { get; init; }

    /// <summary>The result with the bias.</summary>
    public required Value Result { get; init; }

    /// <summary>Groups; every channel of a depthwise convolution is one.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Rows of a group's matrix.</summary>
    public required int InputSize { get; init; }

    /// <summary>Columns of a group's matrix.</summary>
    public required int OutputSize { get; init; }

    /// <summary>Elements from a group to the next.</summary>
    public int GroupStride { get; init; }

    /// <summary>Elements from an output channel to the next.</summary>
    public required int OutputStride { get; init; }

    /// <summary>Place of each row relative to the group's start.</summary>
    public required IReadOnlyList<int> RowOffset { get; init; }

    /// <summary>Input channel of each row within its group; rows of one input channel share a step.</summary>
    public required IReadOnlyList<int> RowChannel { get; init; }

    /// <summary>Input channels in a group.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Axis of the weight tensor along which input channels run; null where there is no such axis (depthwise).</summary>
    public int? InputChannelAxis { get; init; }

    /// <summary>Axes of the weight tensor along which output channels run, outermost first.</summary>
    public required IReadOnlyList<int> OutputChannelAxes { get; init; }

    /// <summary>How the operator gathers its input; null for matrix products, whose rows are the last axis of the input.</summary>
    public PatchWindow? Window { get; init; }

    /// <summary>Whether the input's last axis holds the channels (NHWC) rather than its second.</summary>
    public bool ChannelsLast { get; init; } = true;
}
