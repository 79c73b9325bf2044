using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>A stream that gathers pieces before it is coded.</summary>
internal sealed class PendingStream(StreamCodec codec, int parameter)
{
    // Of whole numbers and palettes; codes were made for a bound on bytes and get every trial.
    private const int TrialSymbols = 1 << 13;

    private readonly List<(PackPiece Piece, PieceCoding Coding)> _pieces = [];

    public StreamCodec Codec => codec;

    public int Parameter => parameter;

    /// <summary>Bytes so far; 0 of a stream of symbols.</summary>
    public long Bytes { get; private set; }

    /// <summary>Symbols so far.</summary>
    public long Symbols { get; private set; }

    public void Add(PackPiece piece, PieceCoding coding, PackedSegment segment)
    {
        _pieces.Add((piece, coding));
        if (segment.IsSymbols)
        {
            Symbols += segment.Elements;
        }
        else
        {
            Bytes += piece.Length;
        }
    }

    public byte[] Encode(ByteSource content, bool quick)
    {
        if (codec == StreamCodec.Symbols)
        {
            SymbolGroupEncoder group = new(new SymbolCoderOptions { Quick = quick, TrialSymbols = _pieces.Exists(p => p.Coding.Kind == SegmentKind.Coded) ? int.MaxValue : TrialSymbols });
            foreach ((PackPiece piece, PieceCoding coding) in _pieces)
            {
                if (coding.Kind == SegmentKind.Floats)
                {
                    FloatParts.Encode(group, content.Slice(piece.Start, (int)piece.Length).Span, piece.Width, coding.Layout!);
                    continue;
                }

                group.Append(SymbolsOf(content, piece, coding), coding.Layout!);
            }

            return group.Finish();
        }

        byte[] bytes = new byte[Bytes];
        int at = 0;
        foreach ((PackPiece piece, _) in _pieces)
        {
            content.Slice(piece.Start, (int)piece.Length).Span.CopyTo(bytes.AsSpan(at));
            at += (int)piece.Length;
        }

        return codec switch
        {
            StreamCodec.Stored => bytes,
            StreamCodec.Planes => PlaneCoder.Encode(bytes, (PlaneElement)parameter, 1),
            _ => ByteCoder.Encode(bytes, parameter),
        };
    }

    private static ReadOnlySpan<int> SymbolsOf(ByteSource content, PackPiece piece, PieceCoding coding)
    {
        if (coding.Kind == SegmentKind.Coded)
        {
            return piece.Coded!.Codes.Span;
        }

        ReadOnlySpan<byte> bytes = content.Slice(piece.Start, (int)piece.Length).Span;
        return coding.Kind == SegmentKind.Palette
            ? PaletteTable.Indices(bytes, piece.Width, coding.Table)
            : SymbolValues.Read(bytes, piece.Width, coding.Signed);
    }
}
