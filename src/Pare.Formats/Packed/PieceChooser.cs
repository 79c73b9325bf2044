using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>Chooses by trial how an array of numbers is coded.</summary>
internal static class PieceChooser
{
    // Arrays of fewer bytes share a stream of bytes without a trial.
    private const int Small = 1 << 10;
    private const int Sample = 1 << 15;

    public static PieceCoding Choose(ByteSource content, PackPiece piece)
    {
        if (piece.Coded is { } coded)
        {
            return new PieceCoding(SegmentKind.Coded, StreamCodec.Symbols) { Layout = coded.Layout };
        }

        int width = piece.Width;
        ReadOnlySpan<byte> bytes = content.Slice(piece.Start, (int)piece.Length).Span;
        if (piece.Length < Small || piece.Length % width != 0)
        {
            return Bytes(bytes, width);
        }

        if (width is 2 or 4 or 8 && PaletteTable.Find(bytes, width) is { } table)
        {
            return new PieceCoding(SegmentKind.Palette, StreamCodec.Symbols) { Table = table, Layout = Layout(piece, PaletteTable.Indices(bytes.ToArray(), width, table)) };
        }

        return width <= 2 && !piece.Type.IsFloat() ? Integers(bytes, piece) : Bytes(bytes, width);
    }

    private static PieceCoding Integers(ReadOnlySpan<byte> bytes, PackPiece piece)
    {
        bool signed = piece.Type is DataType.Int8 or DataType.Int16 or DataType.Int4 || (piece.Type == DataType.Undefined && MostlySmall(bytes, piece.Width));
        int[] symbols = SymbolValues.Read(bytes, piece.Width, signed);
        SymbolLayout layout = Layout(piece, symbols);
        int n = Math.Min(symbols.Length, Sample);
        double bits = n == symbols.Length ? SymbolCoder.Measure(symbols, layout).TotalBits : SymbolCoder.Measure(symbols.AsSpan(0, n), SymbolLayout.Vector(n)).TotalBits;
        int mixed = ByteCoder.Encode(bytes[..(n * piece.Width)], piece.Width).Length;
        return mixed * 8 < bits * 0.99
            ? Bytes(bytes, piece.Width)
            : new PieceCoding(SegmentKind.Integers, StreamCodec.Symbols) { Parameter = piece.Width, Signed = signed, Layout = layout };
    }

    // Where the type is not told: weights lie around zero, so that as signed numbers their mean magnitude is less.
    private static bool MostlySmall(ReadOnlySpan<byte> bytes, int width)
    {
        int near = 0;
        int all = 0;
        for (int k = width - 1; k < bytes.Length; k += width, all++)
        {
            near += bytes[k] is < 64 or >= 192 ? 1 : 0;
        }

        return near > all / 2;
    }

    private static PieceCoding Bytes(ReadOnlySpan<byte> bytes, int width)
    {
        int sample = Math.Min(bytes.Length, Sample);
        bool random = bytes.Length >= Sample && ByteCoder.Encode(bytes[..sample], width).Length >= sample * 0.995;
        return random ? new PieceCoding(SegmentKind.Bytes, StreamCodec.Stored) : new PieceCoding(SegmentKind.Bytes, StreamCodec.Mixed) { Parameter = width };
    }

    private static SymbolLayout Layout(PackPiece piece, int[] symbols) =>
        piece.Shape is { } shape ? WeightLayout.Choose(shape, symbols) : SymbolLayout.Vector(symbols.Length);
}
