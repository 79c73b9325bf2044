namespace Pare.Formats.Hdf5;

/// <summary>An element type as a file states it.</summary>
internal sealed record Hdf5Datatype
{
    /// <summary>Class number: 0 integer, 1 float, 3 text, 5 opaque, 8 enumeration, 9 variable length.</summary>
    public required int Class { get; init; }

    /// <summary>Bytes of an element.</summary>
    public required int Size { get; init; }

    /// <summary>The tensor type; <see cref="DataType.Undefined"/> where there is none.</summary>
    public DataType Type { get; init; }

    /// <summary>Whether the most significant byte comes first.</summary>
    public bool BigEndian { get; init; }

    /// <summary>Whether elements are texts of variable length.</summary>
    public bool IsVariableText { get; init; }

    /// <summary>Whether elements are texts of fixed length.</summary>
    public bool IsText => Class == 3;

    /// <summary>Reads a type at an address.</summary>
    public static Hdf5Datatype Read(Hdf5Bytes bytes, long at) => Read(bytes, at, 0);

    private static Hdf5Datatype Read(Hdf5Bytes bytes, long at, int depth)
    {
        int kind = bytes.Byte(at) & 15;
        int version = bytes.Byte(at) >> 4;
        int bits = bytes.Byte(at + 1);
        long size = bytes.UInt32(at + 4);
        if (version is < 1 or > 5 || size > int.MaxValue || depth > 8)
        {
            bytes.Fail(at, $"a datatype is of version {version} and {size} bytes");
        }

        Hdf5Datatype plain = new() { Class = kind, Size = (int)size, BigEndian = (bits & 1) != 0 };
        switch (kind)
        {
            case 0:
                bool whole = bytes.UInt16(at + 8) == 0 && bytes.UInt16(at + 10) == size * 8;
                return plain with { Type = !whole ? DataType.Undefined : Integer((int)size, (bits & 8) != 0) };
            case 1:
                return plain with { Type = Float(bytes, at, (int)size, bits) };
            case 5:
                return plain with { BigEndian = false };
            case 8:
                // h5py writes truth values as an enumeration over bytes.
                Hdf5Datatype inner = Read(bytes, at + 8, depth + 1);
                return plain with { Type = inner.Type == DataType.Int8 && bytes.UInt16(at + 1) == 2 ? DataType.Boolean : inner.Type, BigEndian = inner.BigEndian };
            case 9:
                return plain with { IsVariableText = (bits & 15) == 1, BigEndian = false };
            default:
                return plain with { BigEndian = false };
        }
    }

    private static DataType Integer(int size, bool signed) => (size, signed) switch
    {
        (1, true) => DataType.Int8,
        (1, false) => DataType.UInt8,
        (2, true) => DataType.Int16,
        (2, false) => DataType.UInt16,
        (4, true) => DataType.Int32,
        (4, false) => DataType.UInt32,
        (8, true) => DataType.Int64,
        (8, false) => DataType.UInt64,
        _ => DataType.Undefined,
    };

    // Told apart by the exponent: place and width.
    private static DataType Float(Hdf5Bytes bytes, long at, int size, int bits) => (size, bytes.Byte(at + 12), bytes.Byte(at + 13), bits & 0x40) switch
    {
        (2, 10, 5, 0) => DataType.Float16,
        (2, 7, 8, 0) => DataType.BFloat16,
        (4, 23, 8, 0) => DataType.Float32,
        (8, 52, 11, 0) => DataType.Float64,
        _ => DataType.Undefined,
    };
}
