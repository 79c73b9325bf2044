namespace Pare.Formats.Hdf5;

/// <summary>A step that the chunks of a dataset went through when they were written.</summary>
/// <param name="Id">1 deflate, 2 shuffle, 3 Fletcher-32.</param>
/// <param name="Parameter">Deflate: the level; shuffle: bytes of an element.</param>
internal readonly record struct Hdf5Filter(int Id, int Parameter)
{
    public const int Deflate = 1;
    public const int Shuffle = 2;
    public const int Fletcher32 = 3;

    /// <summary>Reads a filter pipeline, in the order of writing.</summary>
    /// <exception cref="UnsupportedModelException">A filter is none of the three that HDF5 brings along everywhere.</exception>
    public static IReadOnlyList<Hdf5Filter> Read(Hdf5Bytes bytes, long at, string path)
    {
        int version = bytes.Byte(at);
        int count = bytes.Byte(at + 1);
        if (version is not (1 or 2) || count > 32)
        {
            bytes.Fail(at, $"a filter pipeline is of version {version} with {count} filters");
        }

        List<Hdf5Filter> filters = [];
        long next = at + (version == 1 ? 8 : 2);
        for (int i = 0; i < count; i++)
        {
            int id = bytes.UInt16(next);
            bool named = version == 1 || id >= 256;
            int nameLength = named ? bytes.UInt16(next + 2) : 0;
            long rest = next + (named ? 4 : 2);
            int values = bytes.UInt16(rest + 2);
            long first = rest + 4 + (version == 1 ? (nameLength + 7) / 8 * 8 : nameLength);
            if (id is not (Deflate or Shuffle or Fletcher32))
            {
                throw new UnsupportedModelException($"HDF5, byte {at + bytes.BaseAddress}: the dataset '{path}' is written with filter {id}; Pare reads deflate (1), shuffle (2) and fletcher32 (3). Repack the file: h5repack -f GZIP=6 IN OUT", []);
            }

            filters.Add(new Hdf5Filter(id, values > 0 ? (int)Math.Min(int.MaxValue, bytes.UInt32(first)) : 0));
            next = first + (4L * values) + (version == 1 && values % 2 == 1 ? 4 : 0);
        }

        return filters;
    }
}
