using Pare.Formats.Packed;

namespace Pare.Formats;

/// <summary>Packs model files into Pare's own container (<c>.pare</c>, see docs/pare-format.md) and gives them back. Stateless and thread-safe.</summary>
public static class ModelPacker
{
    // Smaller files have time for trials of the whole: context mixing takes some four seconds a megabyte.
    private const long BytesUpTo = 1 << 19;

    // Files so small that the SHA-256 would weigh.
    private const long CompactUpTo = 1 << 13;

    /// <summary>Whether a file is a container, by its first bytes.</summary>
    public static bool IsPacked(ByteSource file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return PackedHeader.Matches(file);
    }

    /// <summary>Packs a file so that exactly its bytes come back.</summary>
    /// <param name="content">The file, of any format or none.</param>
    /// <param name="model">The model read from <paramref name="content"/>, whose tensors tell what lies where; null where the file is not understood.</param>
    /// <param name="output">Receives the container.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Stops early.</param>
    /// <exception cref="UnsupportedModelException">The model keeps tensors in further files.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Pack(ByteSource content, Model? model, Stream output, PackOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(output);
        RefuseOtherFiles(content, model);
        Pack(content, model is null ? [] : PackedTensors.Locate(model, content), false, output, options ?? new PackOptions(), cancellation);
    }

    /// <summary>
    /// Packs a model some of whose constants are <see cref="CodedTensor"/>s: the file that its format writes, with the codes in the place of these tensors' values.
    /// It unpacks to that file.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="format">Its format.</param>
    /// <param name="suffix">Suffix of the file that is packed (<c>.pb</c>), which may choose between a format's forms.</param>
    /// <param name="output">Receives the container.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Stops early.</param>
    /// <exception cref="UsageException">The format would write more than one file.</exception>
    /// <exception cref="GraphException">The format cannot say what the graph holds.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Pack(Model model, IModelFormat format, string suffix, Stream output, PackOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(output);
        using MemoryStream file = new();
        format.Write(model, new StreamTarget(file, suffix));
        ByteSource content = ByteSource.FromMemory(file.GetBuffer().AsMemory(0, (int)file.Length));
        Model written = format.Read(new ModelSource { Bytes = content, Suffix = suffix });
        List<LocatedTensor> tensors = CodedMatcher.Match(model, PackedTensors.Locate(written, content), content);
        Pack(content, tensors, true, output, options ?? new PackOptions(), cancellation);
    }

    /// <summary>Unpacks a container, and checks the SHA-256 of what comes out.</summary>
    /// <param name="file">The container.</param>
    /// <param name="output">Receives the file that was packed, or in lossy mode the one with decoded weights.</param>
    /// <param name="maxBytes">Most bytes that it may unpack to; containers of more than a 64th of that may unpack to 64 times their size.</param>
    /// <param name="progress">Told the part done, 0 to 1.</param>
    /// <param name="cancellation">Stops early.</param>
    /// <exception cref="ModelFormatException">The container is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The container is of a newer version.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Unpack(ByteSource file, Stream output, long maxBytes = 1L << 30, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(output);
        PackedFile packed = PackedFile.Open(file, maxBytes);
        packed.NameOf = position => PackedNames.Find(packed, position);
        packed.WriteTo(output, progress, cancellation);
    }

    // A container is one file, and so is what it unpacks to.
    private static void RefuseOtherFiles(ByteSource content, Model? model)
    {
        UnsupportedNode[] elsewhere =
        [
            .. (model is null ? [] : PackedTensors.Constants(model))
                .Where(v => v.Constant is SourceTensorData { Source: MappedByteSource source } && source != content)
                .Select(v => new UnsupportedNode(v.Name, "constant", "its content lies in another file")),
        ];
        if (elsewhere.Length > 0)
        {
            throw new UnsupportedModelException("packing a model of several files; write it into one file first, or pack each", elsewhere);
        }
    }

    /// <summary>How a container keeps the tensors of its model; empty where the model was not opened from one.</summary>
    /// <param name="opened">The model as <see cref="ModelFile.Open"/> gave it.</param>
    /// <exception cref="ModelFormatException">The container is damaged.</exception>
    public static IReadOnlyList<PackedTensor> Describe(OpenedModel opened)
    {
        ArgumentNullException.ThrowIfNull(opened);
        return opened.Content is PackedByteSource source ? SegmentCosts.Describe(source.File, PackedTensors.Locate(opened.Model, source)) : [];
    }

    private static void Pack(ByteSource content, List<LocatedTensor> tensors, bool lossy, Stream output, PackOptions options, CancellationToken cancellation)
    {
        List<PackPiece> pieces = PackPlanner.Plan(content, tensors, cancellation);
        PieceCoding?[] codings = new PieceCoding?[pieces.Count];
        int done = 0;
        PackEffort effort = PackEffort.For(pieces);
        Parallel.For(0, pieces.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation }, k =>
        {
            codings[k] = pieces[k].Kind == PieceKind.Numbers ? PieceChooser.Choose(content, pieces[k], effort) : null;
            options.Progress?.Report(0.05 + 0.25 * Interlocked.Increment(ref done) / pieces.Count);
        });
        if (lossy || content.Length > Codecs.ByteCoder.MaxLength)
        {
            Write(content, pieces, codings, lossy, output, options, cancellation);
            return;
        }

        using MemoryStream apart = new();
        Write(content, pieces, codings, lossy, apart, options, cancellation);
        MemoryStream least = apart;
        if (content.Length <= BytesUpTo && Array.Exists(codings, c => c?.Kind == SegmentKind.Integers))
        {
            // Whole numbers of several tensors are sometimes smaller as bytes that learn from each other.
            PieceCoding?[] asBytes = [.. codings.Select(c => c is { Kind: SegmentKind.Integers } ? PieceChooser.Mixed(c.Parameter) : c)];
            least = Try(pieces, asBytes, least);
        }

        if (content.Length <= BytesUpTo && MayBeSmallerAsBytes(content, least.Length))
        {
            // Tensors whose content repeats among them, or between them and the structure, are sometimes smaller as bytes throughout.
            least = Try([new PackPiece(0, content.Length, PieceKind.Structure)], [null], least);
        }

        if (content.Length <= CompactUpTo || least.Length >= content.Length)
        {
            byte[] compact = Compact(content.Slice(0, (int)content.Length).Span);
            if (compact.Length < least.Length)
            {
                output.Write(compact);
                return;
            }
        }

        least.WriteTo(output);

        MemoryStream Try(List<PackPiece> others, PieceCoding?[] othersCodings, MemoryStream best)
        {
            MemoryStream written = new();
            Write(content, others, othersCodings, lossy, written, options, cancellation);
            return written.Length < best.Length ? written : best;
        }
    }

    // Header and directory would outweigh what is gained: one stream, or the bytes as they are.
    private static byte[] Compact(ReadOnlySpan<byte> content)
    {
        byte[] coded = content.Length <= CompactUpTo ? Codecs.ByteCoder.Encode(content) : [];
        return coded.Length > 0 && coded.Length < content.Length ? PackedHeader.WriteCompact(content.Length, coded) : PackedHeader.WriteCompact(0, content);
    }

    // Samples spread over the file, by context mixing: a twentieth may be gained by seeing everything.
    private static bool MayBeSmallerAsBytes(ByteSource content, long packed)
    {
        const int Samples = 4;
        const int Sample = 1 << 14;
        if (content.Length < 2 * Samples * Sample)
        {
            return content.Length > 0;
        }

        byte[] sample = new byte[Samples * Sample];
        for (int k = 0; k < Samples; k++)
        {
            content.Slice((content.Length - Sample) / (Samples - 1) * k, Sample).Span.CopyTo(sample.AsSpan(k * Sample));
        }

        return Codecs.ByteCoder.Encode(sample).Length * 0.95 / sample.Length < (double)packed / content.Length;
    }

    private static void Write(ByteSource content, List<PackPiece> pieces, PieceCoding?[] codings, bool lossy, Stream output, PackOptions options, CancellationToken cancellation)
    {
        ContainerWriter writer = new(content);
        for (int k = 0; k < pieces.Count; k++)
        {
            writer.Add(pieces[k], codings[k]);
        }

        writer.Write(output, lossy, options, cancellation);
    }
}
