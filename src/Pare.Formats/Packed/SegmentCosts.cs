using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>Finds out what each segment of a container costs, by decoding the streams and looking how far each gets.</summary>
internal static class SegmentCosts
{
    public static IReadOnlyList<PackedTensor> Describe(PackedFile file, List<LocatedTensor> tensors)
    {
        Dictionary<PackedSegment, double> bits = [];
        foreach (PackedStream stream in file.Directory.Streams.Skip(1))
        {
            Measure(file, stream, bits);
        }

        List<PackedTensor> described = [];
        foreach (LocatedTensor t in tensors)
        {
            double sum = 0;
            List<string> codecs = [];
            int halfDecibels = 0;
            for (int k = file.Directory.Find(t.Offset); k < file.Directory.Segments.Count && file.Directory.Segments[k].Start < t.End; k++)
            {
                PackedSegment s = file.Directory.Segments[k];
                double share = (double)(Math.Min(s.End, t.End) - Math.Max(s.Start, t.Offset)) / s.Length;
                sum += share * bits.GetValueOrDefault(s);
                halfDecibels = Math.Max(halfDecibels, s.HalfDecibels);
                string codec = NameOf(s, file.Directory.Streams[s.Stream]);
                if (!codecs.Contains(codec))
                {
                    codecs.Add(codec);
                }
            }

            described.Add(new PackedTensor(t.Name, string.Join('+', codecs), sum / Math.Max(1, t.Shape.Count), halfDecibels == 0 ? null : halfDecibels / 2.0));
        }

        return described;
    }

    private static string NameOf(PackedSegment s, PackedStream stream) => s.Kind switch
    {
        SegmentKind.Structure => "structure",
        SegmentKind.Copy => "copy",
        SegmentKind.Integers => "integers",
        SegmentKind.Palette => "palette",
        SegmentKind.Coded => "codes",
        SegmentKind.Floats => "floats",
        _ => stream.Codec switch { StreamCodec.Stored => "stored", StreamCodec.Mixed => "bytes", _ => "planes" },
    };

    private static void Measure(PackedFile file, PackedStream stream, Dictionary<PackedSegment, double> bits)
    {
        ReadOnlyMemory<byte> coded = file.Container.Slice(stream.Offset, stream.CodedLength);
        long total = Math.Max(1, stream.Segments.Sum(s => s.Length));
        SymbolGroupDecoder? symbols = stream.IsSymbols ? new SymbolGroupDecoder(coded) : null;
        ByteDecoder? bytes = stream.Codec == StreamCodec.Mixed ? new ByteDecoder(coded, (int)stream.Length, StreamDecoder.Stride(stream)) : null;
        int before = 0;
        try
        {
            foreach (PackedSegment s in stream.Segments)
            {
                symbols?.Decode(s.Layout!, new int[s.Elements]);
                symbols?.DecodePlain(new byte[s.Kind == SegmentKind.Floats ? s.Elements * (s.Width - 1) : 0]);
                bytes?.Decode(new byte[s.Length]);
                int after = symbols?.Position ?? bytes?.Position ?? before;
                bits[s] = symbols is null && bytes is null ? 8.0 * stream.CodedLength * s.Length / total : 8.0 * (after - before);
                before = after;
            }
        }
        catch (CodecException e)
        {
            throw new ModelFormatException(PackedHeader.Format, $"a stream is damaged: {e.Codec}: {e.Problem}", stream.Offset + e.Offset, innerException: e);
        }
    }
}
