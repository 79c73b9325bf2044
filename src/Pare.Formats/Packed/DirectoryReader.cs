using System.Buffers.Binary;
using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>Reads the directory and checks it: sizes within their bounds, segments that fill the file exactly, streams that are used up exactly, copies of what is no copy.</summary>
internal static class DirectoryReader
{
    /// <summary>Most streams and most segments.</summary>
    public const int MaxCount = 1 << 18;

    /// <param name="head">The first stream, decoded.</param>
    /// <param name="header">The header.</param>
    /// <param name="fileLength">Bytes of the container.</param>
    public static PackedDirectory Read(ReadOnlyMemory<byte> head, PackedHeader header, long fileLength)
    {
        VarintReader r = new(head.Span, header.HeadOffset);
        PackedDirectory directory = new();
        directory.Streams.Add(new PackedStream { Codec = StreamCodec.Mixed, Parameter = 4, Length = head.Length, CodedLength = header.HeadCoded, Offset = header.HeadOffset });
        ReadStreams(ref r, directory, header, fileLength);
        ReadSegments(ref r, directory, header);
        ReadTables(ref r, head, directory);
        Place(directory, r.Position, header);
        CheckCopies(directory, header);
        return directory;
    }

    /// <summary>The directory of a compact container: the first stream is the file.</summary>
    public static PackedDirectory Whole(PackedHeader header)
    {
        PackedStream stream = new() { Codec = header.IsStored ? StreamCodec.Stored : StreamCodec.Mixed, Parameter = 4, Length = header.Length, CodedLength = header.HeadCoded, Offset = header.HeadOffset };
        PackedDirectory directory = new();
        directory.Streams.Add(stream);
        if (header.Length > 0)
        {
            directory.Segments.Add(new PackedSegment { Kind = SegmentKind.Structure, Length = header.Length });
            stream.Segments.Add(directory.Segments[0]);
        }

        return directory;
    }

    private static void ReadStreams(ref VarintReader r, PackedDirectory directory, PackedHeader header, long fileLength)
    {
        // A stream takes at least a checksum in the file and two bytes here.
        int count = (int)r.Bounded("the number of streams", (ulong)Math.Min(r.Left / 2, MaxCount));
        long offset = header.HeadOffset + header.HeadCoded;
        for (int k = 0; k < count; k++)
        {
            int codec = r.Byte("a codec");
            StreamCodec kind = (StreamCodec)(codec & 15);
            if (!Enum.IsDefined(kind))
            {
                throw r.Error($"the codec {codec & 15} is not known");
            }

            long length = kind == StreamCodec.Symbols ? 0 : (long)r.Bounded($"the length of stream {k + 1}", (ulong)(kind == StreamCodec.Mixed ? ByteCoder.MaxLength : PackedHeader.MaxStream));
            int coded = (int)r.Bounded($"the coded length of stream {k + 1}", int.MaxValue);
            if (offset + 4 + coded > fileLength)
            {
                throw r.Error($"stream {k + 1} takes {coded} bytes from byte {offset + 4} on, the file ends at {fileLength}");
            }

            PackedHeader.CheckRatio(length, coded, offset);
            directory.Streams.Add(new PackedStream { Codec = kind, Parameter = codec >> 4, Length = length, CodedLength = coded, Offset = offset + 4 });
            offset += 4 + coded;
        }

        if (offset != fileLength)
        {
            throw r.Error($"the streams end at byte {offset}, the file at {fileLength}");
        }
    }

    private static void ReadSegments(ref VarintReader r, PackedDirectory directory, PackedHeader header)
    {
        int count = (int)r.Bounded("the number of segments", (ulong)Math.Min(r.Left / 2, MaxCount));
        long position = 0;
        int stream = 0;
        for (int k = 0; k < count; k++)
        {
            int head = r.Byte("a kind of segment");
            int kind = head & 15;
            if (!Enum.IsDefined((SegmentKind)kind) || head >> 6 != 0 || ((head & DirectoryWriter.PeriodFlag) != 0 && kind != (int)SegmentKind.Copy))
            {
                throw r.Error($"segment {k} is of kind {head}, which is not known");
            }

            PackedSegment segment = ReadSegment(ref r, head, ref stream, directory.Streams.Count, header.Length - position);
            segment.Start = position;
            position += segment.Length;
            if (segment.Length == 0)
            {
                throw r.Error($"segment {k} is empty");
            }

            if (position > header.Length)
            {
                throw r.Error($"segment {k} ends at byte {position} of a file of {header.Length}");
            }

            directory.Segments.Add(segment);
        }

        if (position != header.Length)
        {
            throw r.Error($"the segments make {position} bytes, the header says {header.Length}");
        }
    }

    private static PackedSegment ReadSegment(ref VarintReader r, int head, ref int last, int streams, long left)
    {
        SegmentKind kind = (SegmentKind)(head & 15);
        bool tensor = (head & DirectoryWriter.TensorFlag) != 0;
        int stream = 0;
        if (kind is SegmentKind.Bytes or SegmentKind.Integers or SegmentKind.Palette or SegmentKind.Coded or SegmentKind.Floats)
        {
            long zigzag = (long)r.Bounded("a stream", 2 * (ulong)streams);
            long to = last + ((zigzag & 1) == 0 ? zigzag / 2 : -(zigzag + 1) / 2);
            if (to < 1 || to >= streams)
            {
                throw r.Error($"stream {to} of {streams}");
            }

            last = stream = (int)to;
        }

        switch (kind)
        {
            case SegmentKind.Copy:
                long length = (long)r.Bounded("the length of a copy", (ulong)left);
                long distance = (long)r.Bounded("the distance of a copy", long.MaxValue);
                long period = (head & DirectoryWriter.PeriodFlag) != 0 ? (long)r.Bounded("the period of a copy", (ulong)distance) : distance;
                return new PackedSegment { Kind = kind, IsTensor = tensor, Length = length, Distance = distance, Period = period };
            case SegmentKind.Integers:
            case SegmentKind.Palette:
            case SegmentKind.Floats:
                int width = r.Byte("a width");
                if (width is not (1 or 2 or 4 or 8) || (width == 8 && kind == SegmentKind.Integers) || (width == 1 && kind == SegmentKind.Floats))
                {
                    throw r.Error($"{width} is no width of elements");
                }

                SymbolLayout layout = SymbolLayouts.Read(ref r);
                int entries = kind == SegmentKind.Palette ? (int)r.Bounded("the entries of a palette", (ulong)(r.Left / width)) : 0;
                return new PackedSegment { Kind = kind, IsTensor = tensor, Stream = stream, Length = (long)layout.Count * width, Width = width, Layout = layout, Table = new byte[entries * width] };
            case SegmentKind.Coded:
                return ReadCoded(ref r, stream, tensor);
            default:
                return new PackedSegment { Kind = kind, IsTensor = tensor, Stream = stream, Length = (long)r.Bounded("the length of a segment", (ulong)left) };
        }
    }

    private static PackedSegment ReadCoded(ref VarintReader r, int stream, bool tensor)
    {
        int head = r.Byte("a type");
        DataType type = CodedTypes.Read(head & 15, ref r);
        SymbolLayout layout = SymbolLayouts.Read(ref r);
        uint bits = BinaryPrimitives.ReadUInt16LittleEndian(r.Bytes(2, "a step"));
        int halfDecibels = (int)r.Bounded("a ratio", 1000);
        if (head >> 4 > 2)
        {
            throw r.Error($"{head >> 4} factors of a tensor; there are at most 2");
        }

        return new PackedSegment
        {
            Kind = SegmentKind.Coded,
            IsTensor = tensor,
            Stream = stream,
            Length = type.ByteLength(layout.Count),
            Type = type,
            Layout = layout,
            Step = BitConverter.UInt32BitsToSingle(bits << 16),
            HalfDecibels = halfDecibels,
            First = head >> 4 > 0 ? ReadScale(ref r) : null,
            Second = head >> 4 > 1 ? ReadScale(ref r) : null,
        };
    }

    // The factors stand behind the segments: until then their places hold zeros.
    private static AxisScale ReadScale(ref VarintReader r)
    {
        int stride = (int)r.Bounded("the stride of factors", PackedHeader.MaxElements);
        int count = (int)r.Bounded("the number of factors", (ulong)r.Left);
        return stride > 0 && count > 0 ? new AxisScale(stride, new sbyte[count]) : throw r.Error("factors without stride or number");
    }

    private static void ReadTables(ref VarintReader r, ReadOnlyMemory<byte> head, PackedDirectory directory)
    {
        foreach (PackedSegment s in directory.Segments)
        {
            if (s.Kind == SegmentKind.Palette)
            {
                int at = r.Position;
                r.Bytes(s.Table.Length, "a palette");
                s.Table = head.Slice(at, s.Table.Length);
            }

            s.First?.Fill(r.Bytes(s.First.Exponents.Length, "factors"));
            s.Second?.Fill(r.Bytes(s.Second.Exponents.Length, "factors"));
        }
    }

    // Where each segment starts in its stream; every stream must be used up.
    private static void Place(PackedDirectory directory, int headStart, PackedHeader header)
    {
        long[] used = new long[directory.Streams.Count];
        used[0] = headStart;
        foreach (PackedSegment s in directory.Segments)
        {
            if (s.Kind == SegmentKind.Copy)
            {
                continue;
            }

            PackedStream stream = directory.Streams[s.Stream];
            if (stream.IsSymbols != s.IsSymbols)
            {
                throw new ModelFormatException(PackedHeader.Format, $"a segment of kind {s.Kind} takes from stream {s.Stream} of codec {stream.Codec}", header.HeadOffset);
            }

            s.StreamStart = used[s.Stream];
            s.ByteStart = stream.Segments.Count == 0 ? s.StreamStart : stream.Segments[^1].ByteStart + stream.Segments[^1].Length;
            used[s.Stream] += s.IsSymbols ? s.Elements : s.Length;
            stream.Segments.Add(s);
            if (stream.IsSymbols)
            {
                stream.Length = used[s.Stream];
                if (stream.Length > PackedHeader.MaxStream / 4)
                {
                    throw new ModelFormatException(PackedHeader.Format, $"stream {s.Stream} holds more than {PackedHeader.MaxStream / 4} symbols", stream.Offset);
                }
            }
        }

        for (int k = 0; k < used.Length; k++)
        {
            if (used[k] != directory.Streams[k].Length)
            {
                throw new ModelFormatException(PackedHeader.Format, $"the segments take {used[k]} bytes of stream {k}, which has {directory.Streams[k].Length}", directory.Streams[k].Offset);
            }
        }
    }

    // A copy must take from what is none, so that a byte is found in two steps at most.
    private static void CheckCopies(PackedDirectory directory, PackedHeader header)
    {
        int[] before = new int[directory.Segments.Count + 1];
        for (int k = 0; k < directory.Segments.Count; k++)
        {
            before[k + 1] = before[k] + (directory.Segments[k].Kind == SegmentKind.Copy ? 1 : 0);
        }

        foreach (PackedSegment s in directory.Segments)
        {
            if (s.Kind != SegmentKind.Copy)
            {
                continue;
            }

            long from = s.Start - s.Distance;
            if (s.Period < 1 || from < 0)
            {
                throw new ModelFormatException(PackedHeader.Format, $"the copy at byte {s.Start} of the unpacked file reaches back {s.Distance} bytes", header.HeadOffset);
            }

            long end = from + Math.Min(s.Length, s.Period);
            if (before[directory.Find(end - 1) + 1] > before[directory.Find(from)])
            {
                throw new ModelFormatException(PackedHeader.Format, $"the copy at byte {s.Start} of the unpacked file takes from another copy", header.HeadOffset);
            }
        }
    }
}
