namespace Pare.Formats.Packed;

/// <summary>Cuts a file into pieces: tensors that its reader knows, repetitions, arrays of numbers found by their look, structure.</summary>
internal static class PackPlanner
{
    /// <summary>Elements of a piece, at most: what is decoded at once.</summary>
    public const int MaxElements = 1 << 20;

    /// <summary>Tensors of fewer bytes count as structure.</summary>
    private const int ShortestTensor = 16;

    public static List<PackPiece> Plan(ByteSource content, List<LocatedTensor> tensors, CancellationToken cancellation)
    {
        List<PackPiece> pieces = [];
        long at = 0;
        foreach (LocatedTensor t in tensors)
        {
            if (t.Length < ShortestTensor && t.Coded is null)
            {
                continue;
            }

            AddGap(content, pieces, at, t.Offset);
            pieces.Add(new PackPiece(t.Offset, t.Length, PieceKind.Numbers)
            {
                Type = t.Type,
                Width = Math.Max(1, t.Type.BitWidth() / 8),
                Shape = t.Shape,
                Coded = t.Coded,
                IsTensor = true,
            });
            at = t.End;
        }

        AddGap(content, pieces, at, content.Length);
        List<RepeatRun> runs = RepeatFinder.Find(
            content,
            pieces.Where(p => p.Coded is null && p.Length >= RepeatFinder.Shortest).Select(p => (p.Start, p.End, Math.Max(p.Width, 1))),
            cancellation);
        return Slice(CutRepeats(pieces, runs));
    }

    private static void AddGap(ByteSource content, List<PackPiece> pieces, long start, long end)
    {
        if (end <= start)
        {
            return;
        }

        foreach ((long from, long to, int width) in TypedRunFinder.Find(content, start, end))
        {
            pieces.Add(width == 0
                ? new PackPiece(from, to - from, PieceKind.Structure)
                : new PackPiece(from, to - from, PieceKind.Numbers) { Width = width });
        }
    }

    // What lies between repetitions keeps its kind; elements that a repetition cuts go to structure.
    private static List<PackPiece> CutRepeats(List<PackPiece> pieces, List<RepeatRun> runs)
    {
        if (runs.Count == 0)
        {
            return pieces;
        }

        List<PackPiece> cut = [];
        int next = 0;
        foreach (PackPiece piece in pieces)
        {
            long at = piece.Start;
            for (; next < runs.Count && runs[next].Start < piece.End; next++)
            {
                AddPart(cut, piece, at, runs[next].Start);
                cut.Add(new PackPiece(runs[next].Start, runs[next].Length, PieceKind.Repeat) { Repeat = runs[next], IsTensor = piece.IsTensor });
                at = runs[next].End;
            }

            AddPart(cut, piece, at, piece.End);
        }

        return cut;
    }

    private static void AddPart(List<PackPiece> cut, PackPiece piece, long start, long end)
    {
        if (end <= start)
        {
            return;
        }

        if (start == piece.Start && end == piece.End)
        {
            cut.Add(piece);
            return;
        }

        if (piece.Width <= 1)
        {
            cut.Add(piece with { Start = start, Length = end - start, Shape = null });
            return;
        }

        long first = piece.Start + ((start - piece.Start + piece.Width - 1) / piece.Width * piece.Width);
        long last = piece.Start + ((end - piece.Start) / piece.Width * piece.Width);
        PackPiece bytes = piece with { Kind = PieceKind.Numbers, Type = DataType.UInt8, Width = 1, Shape = null };
        foreach (PackPiece part in (ReadOnlySpan<PackPiece>)
            [
                bytes with { Start = start, Length = Math.Min(first, end) - start },
                piece with { Start = first, Length = last - first, Shape = null },
                bytes with { Start = Math.Max(last, first), Length = end - Math.Max(last, first) },
            ])
        {
            if (part.Length > 0)
            {
                cut.Add(part);
            }
        }
    }

    // Large arrays in slices, along whole rows of the shape where there is one.
    private static List<PackPiece> Slice(List<PackPiece> pieces)
    {
        List<PackPiece> sliced = [];
        foreach (PackPiece piece in pieces)
        {
            long most = (long)MaxElements * Math.Max(1, piece.Width);
            if (piece.Length <= most || piece.Kind == PieceKind.Repeat || piece.Coded is not null)
            {
                sliced.Add(piece);
                continue;
            }

            TensorShape? shape = piece.Shape;
            long row = shape is { Rank: > 1 } && piece.Type.BitWidth() >= 8 ? piece.Length / shape[0] : Math.Max(1, piece.Width);
            long part = row <= most ? most / row * row : most;
            for (long at = piece.Start; at < piece.End; at += part)
            {
                long length = Math.Min(part, piece.End - at);
                TensorShape? own = shape is { Rank: > 1 } && row <= most ? new TensorShape([length / row, .. shape.ToArray()[1..]]) : null;
                sliced.Add(piece with { Start = at, Length = length, Shape = own });
            }
        }

        return sliced;
    }
}
