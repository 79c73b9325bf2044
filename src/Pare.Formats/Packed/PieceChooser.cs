using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>Chooses by trial how an array of numbers is coded.</summary>
internal static class PieceChooser
{
    /// <summary>Arrays of fewer bytes share a stream of bytes without a trial.</summary>
    public const int Small = 1 << 10;

    private const int Sample = 1 << 15;

    // Symbols that stand for a whole tensor where layouts are tried.
    private const int LayoutSample = 1 << 13;
    private const int RandomFrom = 1 << 12;

    // Shorter arrays of floats cost less in a stream of bytes that they share.
    private const int PlanesFrom = 2048;

    /// <param name="content">The file.</param>
    /// <param name="piece">An array of numbers in it.</param>
    /// <param name="effort">How much time to take.</param>
    public static PieceCoding Choose(ByteSource content, PackPiece piece, PackEffort effort)
    {
        if (piece.Coded is { } coded)
        {
            return new PieceCoding(SegmentKind.Coded, StreamCodec.Symbols) { Layout = coded.Layout };
        }

        int width = piece.Width;
        ReadOnlySpan<byte> bytes = content.Slice(piece.Start, (int)piece.Length).Span;
        if (piece.Length < Small || piece.Length % width != 0)
        {
            return Mixed(width);
        }

        if (effort.Quick)
        {
            return Quick(bytes, piece);
        }

        if (width is 2 or 4 or 8 && PaletteTable.Find(bytes, width) is { } table)
        {
            return new PieceCoding(SegmentKind.Palette, StreamCodec.Symbols) { Table = table, Layout = Layout(piece, PaletteTable.Indices(bytes.ToArray(), width, table)) };
        }

        if (width <= 2 && piece.Type != DataType.Undefined && !IsFloat(piece))
        {
            return Integers(bytes, piece, effort);
        }

        if (!IsFloat(piece) || bytes.Length / width < PlanesFrom)
        {
            return Bytes(bytes, width);
        }

        return width == 2 ? Halves(bytes, piece, effort) : Quick(bytes, piece);
    }

    // Floats, and whole numbers of files too large for trials: planes, unless two samples say that what sees more than the frequencies of bytes leaves a hundredth less.
    private static PieceCoding Quick(ReadOnlySpan<byte> bytes, PackPiece piece)
    {
        int width = piece.Width;
        PieceCoding planes = Planes(piece);
        int half = Math.Min(bytes.Length, Sample) / (2 * width) * width;
        byte[] sample = [.. bytes.Slice(bytes.Length / (4 * width) * width, half), .. bytes.Slice((int)(3L * bytes.Length / (4 * width)) * width - half, half)];
        if (width >= 4 && IsFloat(piece) && !Repeats(sample, width))
        {
            return planes;
        }

        double least = PlaneCoder.Encode(sample, (PlaneElement)planes.Parameter, 1).Length * 0.99;
        PieceCoding best = planes;
        if (ByteCoder.Encode(sample, width).Length is int mixed && mixed < least)
        {
            (best, least) = (Mixed(width), mixed);
        }

        if (width <= 2 && piece.Type != DataType.Undefined && !IsFloat(piece))
        {
            int[] symbols = SymbolValues.Read(sample, width, IsSigned(piece));
            double bits = new SymbolGroupEncoder(new SymbolCoderOptions { Quick = true }).Measure(symbols, SymbolLayout.Vector(symbols.Length)).TotalBits;
            if (bits < 8 * least)
            {
                int[] all = SymbolValues.Read(bytes, width, IsSigned(piece));
                best = new PieceCoding(SegmentKind.Integers, StreamCodec.Symbols) { Parameter = width, Signed = IsSigned(piece), Layout = Layout(piece, all) };
            }
        }

        return best;
    }

    // Whether one element in 32 has stood there before: of weights as training leaves them, hardly any has.
    private static bool Repeats(ReadOnlySpan<byte> sample, int width)
    {
        HashSet<ulong> seen = [];
        Span<byte> element = stackalloc byte[8];
        element.Clear();
        for (int at = 0; at < sample.Length; at += width)
        {
            sample.Slice(at, width).CopyTo(element);
            seen.Add(BitConverter.ToUInt64(element));
        }

        return seen.Count < sample.Length / width * 31L / 32;
    }

    private static bool IsSigned(PackPiece piece) => piece.Type is DataType.Int8 or DataType.Int16 or DataType.Int4;

    // Arrays found by their look are floats unless their elements are bytes.
    private static bool IsFloat(PackPiece piece) => piece.Type == DataType.Undefined ? piece.Width > 1 : piece.Type.IsFloat();

    private static PieceCoding Planes(PackPiece piece)
    {
        bool real = IsFloat(piece);
        PlaneElement element = piece.Width switch
        {
            2 => piece.Type == DataType.BFloat16 ? PlaneElement.BFloat16 : real ? PlaneElement.Float16 : PlaneElement.Integer16,
            4 => real ? PlaneElement.Float32 : PlaneElement.Integer32,
            8 => real ? PlaneElement.Float64 : PlaneElement.Integer64,
            _ => PlaneElement.Bytes,
        };
        return new PieceCoding(SegmentKind.Bytes, StreamCodec.Planes) { Parameter = (int)element };
    }

    // 16-bit floats three ways, by samples.
    private static PieceCoding Halves(ReadOnlySpan<byte> bytes, PackPiece piece, PackEffort effort)
    {
        PieceCoding planes = Planes(piece);
        int[] exponents = FloatParts.Symbols(bytes, 2);
        SymbolLayout layout = Layout(piece, exponents);
        (int[] part, SymbolLayout partLayout) = layout.Sample(exponents, LayoutSample);
        double symbols = new SymbolGroupEncoder(new SymbolCoderOptions { Quick = true }).Measure(part, partLayout).TotalBits / (8.0 * part.Length) + 1;
        double least = PlaneCoder.Encode(bytes, (PlaneElement)planes.Parameter, 1).Length * 2.0 / bytes.Length;
        ReadOnlySpan<byte> sample = bytes[..Math.Min(bytes.Length, effort.Sample)];
        if (ByteCoder.Encode(sample, 2).Length * 2.0 / sample.Length is double mixed && mixed < Math.Min(least, symbols) * effort.Gain)
        {
            return Mixed(2);
        }

        // Exponents cost less with what those of other tensors taught.
        return symbols < least * 1.005 ? new PieceCoding(SegmentKind.Floats, StreamCodec.Symbols) { Layout = layout } : planes;
    }

    /// <summary>As bytes, by context mixing.</summary>
    public static PieceCoding Mixed(int width) => new(SegmentKind.Bytes, StreamCodec.Mixed) { Parameter = Math.Clamp(width, 1, 8) };

    private static PieceCoding Integers(ReadOnlySpan<byte> bytes, PackPiece piece, PackEffort effort)
    {
        bool signed = IsSigned(piece);
        int[] symbols = SymbolValues.Read(bytes, piece.Width, signed);
        SymbolLayout layout = Layout(piece, symbols);
        PieceCoding integers = new(SegmentKind.Integers, StreamCodec.Symbols) { Parameter = piece.Width, Signed = signed, Layout = layout };
        ReadOnlySpan<byte> sample = bytes[..Math.Min(bytes.Length, effort.Sample)];
        int n = sample.Length / piece.Width;
        SymbolLayout own = n == symbols.Length ? layout : SymbolLayout.Vector(n);
        double bits = new SymbolGroupEncoder(new SymbolCoderOptions { Quick = true }).Measure(symbols.AsSpan(0, n), own).TotalBits;
        return ByteCoder.Encode(sample, piece.Width).Length * 8 < bits * effort.Gain ? Bytes(bytes, piece.Width) : integers;
    }

    private static PieceCoding Bytes(ReadOnlySpan<byte> bytes, int width)
    {
        int sample = Math.Min(bytes.Length, Sample);
        bool random = bytes.Length >= RandomFrom && ByteCoder.Encode(bytes[..sample], width).Length >= sample * 0.995;
        return random ? new PieceCoding(SegmentKind.Bytes, StreamCodec.Stored) : Mixed(width);
    }

    private static SymbolLayout Layout(PackPiece piece, int[] symbols) =>
        piece.Shape is { } shape ? WeightLayout.Choose(shape, symbols, LayoutSample) : SymbolLayout.Vector(symbols.Length);
}
