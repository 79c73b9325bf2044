using System.Security.Cryptography;
using Pare.Codecs;
using Pare.Formats.TensorBoard;

namespace Pare.Formats.Packed;

/// <summary>Puts pieces into segments and streams, codes the streams on several threads, and writes the container.</summary>
internal sealed class ContainerWriter
{
    /// <summary>Bytes of structure in the first stream, which every reader decodes; what is over goes to streams of its own.</summary>
    private const int HeadLimit = 1 << 20;
    private const int TableLimit = 1 << 20;
    private const int StreamLimit = 1 << 20;

    // What context mixing sees at once: what repeats further apart is learned again.
    private const int MixedLimit = ByteCoder.MaxLength;
    private const int SymbolLimit = 1 << 20;

    // Streams of symbols beyond this many in all are coded without trials.
    private const long QuickFrom = 1 << 24;

    private readonly ByteSource _content;
    private readonly List<PendingStream> _streams = [];
    private readonly Dictionary<(StreamCodec Codec, int Parameter), PendingStream> _open = [];
    private readonly PackedDirectory _directory = new();
    private readonly List<PackPiece> _head = [];
    private long _headLength;
    private long _tables;

    public ContainerWriter(ByteSource content) => _content = content;

    public void Add(PackPiece piece, PieceCoding? coding)
    {
        switch (piece.Kind)
        {
            case PieceKind.Repeat:
                AddSegment(new PackedSegment
                {
                    Kind = SegmentKind.Copy,
                    IsTensor = piece.IsTensor,
                    Length = piece.Length,
                    Distance = piece.Repeat.Distance,
                    Period = piece.Repeat.Period,
                });
                break;
            case PieceKind.Structure when _headLength + piece.Length <= HeadLimit:
                AddHead(piece);
                break;
            case PieceKind.Structure:
                // As long as one stream may be: what is cut apart does not see what repeats.
                for (long at = piece.Start; at < piece.End; at += ByteCoder.MaxLength)
                {
                    Place(piece with { Start = at, Length = Math.Min(ByteCoder.MaxLength, piece.End - at) }, new PieceCoding(SegmentKind.Bytes, StreamCodec.Mixed) { Parameter = 4 });
                }

                break;
            default:
                _tables += coding!.Table.Length;
                Place(piece, _tables <= TableLimit ? coding : coding with { Kind = SegmentKind.Bytes, Codec = StreamCodec.Mixed, Parameter = piece.Width, Table = [], Layout = null });
                break;
        }
    }

    /// <summary>Codes everything and writes the container.</summary>
    public void Write(Stream output, bool lossy, PackOptions options, CancellationToken cancellation)
    {
        bool quick = _streams.Sum(s => s.Symbols) > QuickFrom;
        byte[][] coded = new byte[_streams.Count][];
        int done = 0;
        Parallel.For(0, _streams.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation }, k =>
        {
            coded[k] = _streams[k].Encode(_content, quick);
            options.Progress?.Report(0.3 + 0.65 * Interlocked.Increment(ref done) / _streams.Count);
        });
        _directory.Streams.Add(new PackedStream { Codec = StreamCodec.Mixed, CodedLength = 0 });
        for (int k = 0; k < _streams.Count; k++)
        {
            _directory.Streams.Add(new PackedStream { Codec = _streams[k].Codec, Parameter = _streams[k].Parameter, Length = _streams[k].Bytes, CodedLength = coded[k].Length });
        }

        byte[] head = HeadBytes();
        byte[] codedHead = ByteCoder.Encode(head);
        PackedHeader header = new()
        {
            Flags = (lossy ? PackedHeader.Lossy : 0) | (_directory.Segments.Exists(s => s.Kind == SegmentKind.Floats) ? PackedHeader.Floats : 0),
            Length = _content.Length,
            Hash = Hash(cancellation),
            HeadLength = head.Length,
            HeadCoded = codedHead.Length,
        };
        output.Write(header.Write(codedHead));
        output.Write(codedHead);
        foreach (byte[] stream in coded)
        {
            cancellation.ThrowIfCancellationRequested();
            output.Write(BitConverter.GetBytes(Crc32C.Compute(stream)));
            output.Write(stream);
        }

        options.Progress?.Report(1);
    }

    private byte[] HeadBytes()
    {
        byte[] directory = DirectoryWriter.Write(_directory);
        byte[] head = new byte[directory.Length + _headLength];
        directory.CopyTo(head, 0);
        int at = directory.Length;
        foreach (PackPiece piece in _head)
        {
            _content.Slice(piece.Start, (int)piece.Length).Span.CopyTo(head.AsSpan(at));
            at += (int)piece.Length;
        }

        return head;
    }

    private byte[] Hash(CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < _content.Length; at += 1 << 24)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(_content.Slice(at, (int)Math.Min(1 << 24, _content.Length - at)).Span);
        }

        return hash.GetHashAndReset();
    }

    private void AddHead(PackPiece piece)
    {
        _head.Add(piece);
        _headLength += piece.Length;
        PackedSegment? last = _directory.Segments.Count > 0 ? _directory.Segments[^1] : null;
        if (last is { Kind: SegmentKind.Structure })
        {
            _directory.Segments.RemoveAt(_directory.Segments.Count - 1);
        }

        AddSegment(new PackedSegment { Kind = SegmentKind.Structure, Length = piece.Length + (last is { Kind: SegmentKind.Structure } ? last.Length : 0) });
    }

    private void AddSegment(PackedSegment segment)
    {
        segment.Start = _directory.Segments.Count == 0 ? 0 : _directory.Segments[^1].End;
        _directory.Segments.Add(segment);
    }

    private void Place(PackPiece piece, PieceCoding coding)
    {
        bool symbols = coding.Codec == StreamCodec.Symbols;
        long size = symbols ? piece.Length / Math.Max(1, piece.Width) : piece.Length;
        (StreamCodec, int) key = (coding.Codec, symbols ? 0 : coding.Parameter);
        if (coding.Codec is StreamCodec.Planes || !_open.TryGetValue(key, out PendingStream? stream) || (stream.Symbols + stream.Bytes > 0 && stream.Symbols + stream.Bytes + size > (symbols ? SymbolLimit : coding.Codec == StreamCodec.Mixed ? MixedLimit : StreamLimit)))
        {
            stream = new PendingStream(coding.Codec, symbols ? 0 : coding.Parameter);
            _streams.Add(stream);
            _open[key] = stream;
        }

        PackedSegment segment = Segment(piece, coding, _streams.IndexOf(stream) + 1);
        stream.Add(piece, coding, segment);
        AddSegment(segment);
    }

    private static PackedSegment Segment(PackPiece piece, PieceCoding coding, int stream)
    {
        CodedTensor? coded = piece.Coded;
        return new PackedSegment
        {
            Kind = coding.Kind,
            IsTensor = piece.IsTensor,
            Stream = stream,
            Length = piece.Length,
            Width = piece.Width,
            Layout = coding.Layout,
            Table = coding.Table,
            Type = coded?.Type ?? DataType.Undefined,
            Step = coded?.Step ?? 0,
            First = coded?.First,
            Second = coded?.Second,
            HalfDecibels = coded?.HalfDecibels ?? 0,
        };
    }
}
