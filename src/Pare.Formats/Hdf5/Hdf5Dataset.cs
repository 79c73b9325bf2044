namespace Pare.Formats.Hdf5;

/// <summary>A dataset's description: type, extents, and where its bytes lie. Immutable and thread-safe.</summary>
internal sealed record Hdf5Dataset
{
    /// <summary>Its path.</summary>
    public required string Path { get; init; }

    /// <summary>The file.</summary>
    public required Hdf5File File { get; init; }

    /// <summary>Its element type in the file.</summary>
    public required Hdf5Datatype Datatype { get; init; }

    /// <summary>Its element type as a tensor.</summary>
    public required DataType ElementType { get; init; }

    /// <summary>Its extents.</summary>
    public required TensorShape Shape { get; init; }

    /// <summary>Where the bytes lie in one piece, from the base address; null where they do not, or nowhere.</summary>
    public long? ContiguousAt { get; private init; }

    /// <summary>Whether those bytes lie in the object's header, which a checksum covers.</summary>
    public bool HeaderHasChecksums { get; private init; }

    /// <summary>Whether the bytes lie in the object's header.</summary>
    public bool IsCompact { get; private init; }

    /// <summary>The chunks, where the dataset is cut into such.</summary>
    public Hdf5Chunks? Chunks { get; private init; }

    /// <summary>Dense bytes of one element where nothing was written.</summary>
    public ReadOnlyMemory<byte> Fill { get; private init; }

    /// <summary>Reads a dataset's description.</summary>
    /// <exception cref="ModelFormatException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">Its elements are no numbers, or it is stored in a way Pare does not read.</exception>
    public static Hdf5Dataset Read(Hdf5Object source)
    {
        Hdf5Bytes bytes = source.File.Bytes;
        Hdf5Header header = source.Header;
        Hdf5Message Required(int type, string what) => header.Find(type) ?? throw bytes.Damaged(header.Address, $"the dataset '{source.Path}' has no {what}");
        Hdf5Datatype type = Hdf5Datatype.Read(bytes, Required(Hdf5Message.Datatype, "type").At);
        TensorShape shape = Hdf5Dataspace.Read(bytes, Required(Hdf5Message.Dataspace, "extents").At);
        DataType element = ElementOf(source, type);
        Hdf5Dataset plain = new()
        {
            Path = source.Path,
            File = source.File,
            Datatype = type,
            ElementType = element,
            Shape = shape,
            HeaderHasChecksums = header.HasChecksums,
            Fill = ReadFill(header, type),
        };
        long at = Required(Hdf5Message.Layout, "layout").At;
        int version = bytes.Byte(at);
        int kind = bytes.Byte(at + (version >= 3 ? 1 : 2));
        if (version is < 1 or > 5 || kind > 2)
        {
            throw new UnsupportedModelException($"HDF5, byte {at + bytes.BaseAddress}: the dataset '{source.Path}' has a layout of version {version} and kind {kind}, which Pare does not read; repack the file with h5repack", []);
        }

        switch (kind)
        {
            case 0:
                (long data, long size) = version >= 3 ? (at + 4, bytes.UInt16(at + 2)) : CompactBefore3(bytes, at);
                return At(plain, data, size, compact: true);
            case 1:
                (long address, long length) = version >= 3
                    ? (bytes.Offset(at + 2), bytes.LengthAt(at + 2 + bytes.OffsetSize, "a dataset's length"))
                    : (bytes.Offset(at + 8), element.ByteLength(shape.Count));
                return At(plain, address, length, compact: false);
            default:
                IReadOnlyList<Hdf5Filter> filters = header.Find(Hdf5Message.FilterPipeline) is { } f ? Hdf5Filter.Read(bytes, f.At, source.Path) : [];
                return plain with { Chunks = Hdf5Chunks.Read(bytes, at, shape, type.Size, filters, source.Path) };
        }
    }

    /// <summary>Its content: in place where the bytes lie in one piece and little-endian, else decoded when read.</summary>
    public TensorData ToTensor()
    {
        Hdf5Bytes bytes = File.Bytes;
        if (Chunks is not null)
        {
            return new ChunkedTensorData(this);
        }

        if (ContiguousAt is not { } at)
        {
            return new SplatTensorData(ElementType, Shape, Fill);
        }

        SourceTensorData stored = new(ElementType, Shape, bytes.Source, at + bytes.BaseAddress, ElementType.ByteLength(Shape.Count));
        return Datatype.BigEndian && Datatype.Size > 1 ? new SwappedTensorData(stored, Datatype.Size) : stored;
    }

    private static Hdf5Dataset At(Hdf5Dataset plain, long at, long length, bool compact)
    {
        long expected = plain.ElementType.ByteLength(plain.Shape.Count);
        if (at == Hdf5Bytes.Undefined || expected == 0)
        {
            return plain;
        }

        Hdf5Bytes bytes = plain.File.Bytes;
        if (length < expected || expected > bytes.Length - at)
        {
            bytes.Fail(at, $"the dataset '{plain.Path}' {plain.ElementType}{plain.Shape} takes {expected} bytes; {length} are stated here, {bytes.Length - at} are left in the file");
        }

        return plain with { ContiguousAt = at, IsCompact = compact };
    }

    private static (long At, long Size) CompactBefore3(Hdf5Bytes bytes, long at)
    {
        long size = at + 8 + (4L * bytes.Byte(at + 1));
        return (size + 4, bytes.UInt32(size));
    }

    private static DataType ElementOf(Hdf5Object source, Hdf5Datatype type)
    {
        if (type.Type != DataType.Undefined)
        {
            return type.Type;
        }

        // Keras writes bfloat16 as two opaque bytes and says so beside.
        if (type is { Class: 5, Size: 2 } && source.Attribute("dtype")?.Texts() is ["bfloat16"])
        {
            return DataType.BFloat16;
        }

        throw new UnsupportedModelException($"HDF5: the dataset '{source.Path}' holds elements of class {type.Class} and {type.Size} bytes, which are no numbers that a weight can be", []);
    }

    private static ReadOnlyMemory<byte> ReadFill(Hdf5Header header, Hdf5Datatype type)
    {
        Hdf5Bytes bytes = header.Bytes;
        if (header.Find(Hdf5Message.FillValue) is { } m)
        {
            int version = bytes.Byte(m.At);
            long size = version == 3 ? ((bytes.Byte(m.At + 1) & 0x20) != 0 ? m.At + 2 : -1) : bytes.Byte(m.At + 3) != 0 ? m.At + 4 : -1;
            if (size >= 0 && bytes.UInt32(size) == type.Size)
            {
                byte[] fill = bytes.Slice(size + 4, type.Size, "a fill value").ToArray();
                if (type.BigEndian)
                {
                    Array.Reverse(fill);
                }

                return fill;
            }
        }

        return new byte[Math.Min(type.Size, 16)];
    }
}
