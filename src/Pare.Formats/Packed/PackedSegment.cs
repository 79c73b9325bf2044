using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>A run of the unpacked file and what it is made of.</summary>
internal sealed class PackedSegment
{
    public required SegmentKind Kind { get; init; }

    /// <summary>Where it starts in the unpacked file.</summary>
    public long Start { get; set; }

    /// <summary>Bytes in the unpacked file.</summary>
    public required long Length { get; init; }

    public long End => Start + Length;

    /// <summary>The stream it takes from.</summary>
    public int Stream { get; set; }

    /// <summary>Where in the decoded stream its bytes or symbols start.</summary>
    public long StreamStart { get; set; }

    /// <summary>Where its bytes start among the decoded bytes of the stream.</summary>
    public long ByteStart { get; set; }

    /// <summary>Whether it is content of a tensor, which need not be decoded to read the model's structure.</summary>
    public bool IsTensor { get; init; }

    /// <summary>Of a copy: how far back.</summary>
    public long Distance { get; init; }

    /// <summary>Of a copy: bytes after which it starts again at its source, at most <see cref="Distance"/>.</summary>
    public long Period { get; init; }

    /// <summary>Bytes of an element: whole numbers, palettes and floats.</summary>
    public int Width { get; init; }

    /// <summary>Of symbols: how they lie.</summary>
    public SymbolLayout? Layout { get; init; }

    /// <summary>Of a palette: its entries, <see cref="Width"/> bytes each.</summary>
    public ReadOnlyMemory<byte> Table { get; set; }

    /// <summary>Of coded values: their type.</summary>
    public DataType Type { get; init; }

    /// <summary>Of coded values: the step.</summary>
    public float Step { get; init; }

    /// <summary>Of coded values: factors along an axis, or null.</summary>
    public AxisScale? First { get; init; }

    /// <summary>Of coded values: factors along another axis, or null.</summary>
    public AxisScale? Second { get; init; }

    /// <summary>Of coded values: their signal-to-noise ratio in half decibels as the packer measured it, 0 where unknown.</summary>
    public int HalfDecibels { get; init; }

    public bool IsSymbols => Kind is SegmentKind.Integers or SegmentKind.Palette or SegmentKind.Coded or SegmentKind.Floats;

    public int Elements => Layout!.Count;
}
