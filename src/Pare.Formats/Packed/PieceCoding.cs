using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>How a piece will be coded.</summary>
/// <param name="Kind">The segment.</param>
/// <param name="Codec">The codec of its stream.</param>
internal sealed record PieceCoding(SegmentKind Kind, StreamCodec Codec)
{
    /// <summary>The codec's number: see <see cref="PackedStream.Parameter"/>.</summary>
    public int Parameter { get; init; }

    /// <summary>Of symbols: how they lie.</summary>
    public SymbolLayout? Layout { get; init; }

    /// <summary>Of whole numbers: whether they have a sign.</summary>
    public bool Signed { get; init; }

    /// <summary>Of a palette: its entries in rising order of their bits.</summary>
    public byte[] Table { get; init; } = [];
}
