namespace Pare.Formats.Packed;

/// <summary>A coded stream of a container.</summary>
internal sealed class PackedStream
{
    public required StreamCodec Codec { get; init; }

    /// <summary>A number that the codec needs: the stride of <see cref="StreamCodec.Mixed"/>, the width of planes.</summary>
    public int Parameter { get; init; }

    /// <summary>Bytes when decoded; the symbols of a stream of symbols.</summary>
    public long Length { get; set; }

    /// <summary>Bytes in the container.</summary>
    public required int CodedLength { get; init; }

    /// <summary>Where its bytes start in the container, after their checksum.</summary>
    public long Offset { get; set; }

    /// <summary>The segments that take from it, in order.</summary>
    public List<PackedSegment> Segments { get; } = [];

    public bool IsSymbols => Codec is StreamCodec.Symbols;
}
