namespace Pare.Workflows;

/// <summary>How a runtime lays out the tensors of a run. The presets are those of the two TFLite runtimes.</summary>
public sealed record ArenaOptions
{
    /// <summary>LiteRT's planner (<c>arena_planner.cc</c>): 64-byte alignment, inputs and dequantized constants keep their place, sums and reshapes take over their input's.</summary>
    public static ArenaOptions LiteRt { get; } = new();

    /// <summary>The greedy planner of TFLite for microcontrollers: 16-byte alignment, an input's place is free after its last use, nothing is done in place.</summary>
    public static ArenaOptions Micro { get; } = new() { Alignment = 16, KeepsInputs = false, KeepsDequantized = false, WorksInPlace = false };

    /// <summary>Tensors begin at multiples of so many bytes, a power of two. Default 64.</summary>
    public int Alignment { get; init; } = 64;

    /// <summary>Whether the graph's inputs keep their place to the end. Default true.</summary>
    public bool KeepsInputs { get; init; } = true;

    /// <summary>Whether what a DEQUANTIZE makes of a constant is made once and kept, so that weights stored in fewer bits take their full size in memory. Default true.</summary>
    public bool KeepsDequantized { get; init; } = true;

    /// <summary>Whether operators that can write over their input do. Default true.</summary>
    public bool WorksInPlace { get; init; } = true;

    /// <summary>What stands for an extent that the model leaves open. Default 1, as the runtimes take it.</summary>
    public long OpenExtent { get; init; } = 1;
}
