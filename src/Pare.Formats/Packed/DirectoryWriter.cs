namespace Pare.Formats.Packed;

/// <summary>Writes a directory: what <see cref="DirectoryReader"/> reads.</summary>
internal static class DirectoryWriter
{
    public const int TensorFlag = 16;
    public const int PeriodFlag = 32;

    /// <summary>The first stream up to the structure: streams, segments, then tables and factors, which take from it as bytes.</summary>
    public static byte[] Write(PackedDirectory directory)
    {
        VarintWriter w = new();
        VarintWriter tables = new();
        w.Varint((ulong)(directory.Streams.Count - 1));
        foreach (PackedStream stream in directory.Streams.Skip(1))
        {
            w.Byte((byte)((int)stream.Codec | stream.Parameter << 4));
            if (!stream.IsSymbols)
            {
                w.Varint((ulong)stream.Length);
            }

            w.Varint((ulong)stream.CodedLength);
        }

        w.Varint((ulong)directory.Segments.Count);
        int last = 0;
        foreach (PackedSegment s in directory.Segments)
        {
            w.Byte((byte)((int)s.Kind | (s.IsTensor ? TensorFlag : 0) | (s.Kind == SegmentKind.Copy && s.Period != s.Distance ? PeriodFlag : 0)));
            if (s.Kind is SegmentKind.Bytes || s.IsSymbols)
            {
                // Zigzag of the distance to the stream last used.
                int step = s.Stream - last;
                w.Varint((ulong)(step < 0 ? -2 * step - 1 : 2 * step));
                last = s.Stream;
            }

            WriteBody(w, tables, s);
        }

        w.Add(tables.Span);
        return w.Span.ToArray();
    }

    private static void WriteBody(VarintWriter w, VarintWriter tables, PackedSegment s)
    {
        switch (s.Kind)
        {
            case SegmentKind.Copy:
                w.Varint((ulong)s.Length);
                w.Varint((ulong)s.Distance);
                if (s.Period != s.Distance)
                {
                    w.Varint((ulong)s.Period);
                }

                break;
            case SegmentKind.Integers or SegmentKind.Floats:
                w.Byte((byte)s.Width);
                SymbolLayouts.Write(w, s.Layout!);
                break;
            case SegmentKind.Palette:
                w.Byte((byte)s.Width);
                SymbolLayouts.Write(w, s.Layout!);
                w.Varint((ulong)(s.Table.Length / s.Width));
                tables.Add(s.Table.Span);
                break;
            case SegmentKind.Coded:
                int scales = (s.First is null ? 0 : 1) + (s.Second is null ? 0 : 1);
                w.Byte((byte)(CodedTypes.Code(s.Type) | scales << 4));
                SymbolLayouts.Write(w, s.Layout!);
                w.Add(BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(s.Step) >> 16)));
                w.Varint((ulong)s.HalfDecibels);
                WriteScale(w, tables, s.First);
                WriteScale(w, tables, s.Second);
                break;
            default:
                w.Varint((ulong)s.Length);
                break;
        }
    }

    private static void WriteScale(VarintWriter w, VarintWriter tables, AxisScale? scale)
    {
        if (scale is not null)
        {
            w.Varint((ulong)scale.Stride);
            w.Varint((ulong)scale.Exponents.Length);
            foreach (sbyte exponent in scale.Exponents)
            {
                tables.Byte((byte)exponent);
            }
        }
    }
}
