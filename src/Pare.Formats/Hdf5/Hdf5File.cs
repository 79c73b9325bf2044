namespace Pare.Formats.Hdf5;

/// <summary>
/// An HDF5 file, superblock versions 0 to 3: objects are found by path and read when asked for, so that neither cycles of groups nor their number matter. The
/// subset that model files use; see docs/adr/0007-own-hdf5-reader.md. Not thread-safe; the tensors it hands out are.
/// </summary>
internal sealed class Hdf5File
{
    private const int MaxDepth = 64;
    private const int MaxSteps = 1 << 20;
    private readonly Dictionary<long, Hdf5Object> _objects = [];
    private int _steps;

    private Hdf5File(Hdf5Bytes bytes, long rootAddress, long endAt, int version)
    {
        Bytes = bytes;
        EndOfFileAt = endAt;
        SuperblockVersion = version;
        Root = new Hdf5Object(this, rootAddress, "");
    }

    /// <summary>The file's bytes.</summary>
    public Hdf5Bytes Bytes { get; }

    /// <summary>The root group.</summary>
    public Hdf5Object Root { get; }

    /// <summary>Version of the superblock.</summary>
    public int SuperblockVersion { get; }

    /// <summary>Where the superblock says how long the file is, from the base address.</summary>
    public long EndOfFileAt { get; }

    /// <summary>The eight bytes that an HDF5 file begins with.</summary>
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Where the superblock lies: at 0, or at 512 and its doubles behind a user block; null where there is none.</summary>
    public static long? FindSuperblock(ByteSource source)
    {
        for (long at = 0; at <= source.Length - 48; at = at == 0 ? 512 : at * 2)
        {
            if (source.Peek(at, 8).Span.SequenceEqual(Magic))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ModelFormatException">It is no HDF5 file, or its superblock or root group is damaged.</exception>
    public static Hdf5File Open(ByteSource source)
    {
        long start = FindSuperblock(source) ?? throw new ModelFormatException("HDF5", "the file has no HDF5 signature (89 48 44 46 0D 0A 1A 0A) where it should begin", 0);
        ReadOnlySpan<byte> head = source.Slice(start, 16).Span;
        int version = head[8];
        (int offsets, int lengths) = version switch
        {
            0 or 1 => (head[13], head[14]),
            2 or 3 => (head[9], head[10]),
            _ => throw new ModelFormatException("HDF5", $"the superblock is of version {version}; known are 0 to 3", start + 8),
        };
        if (offsets is not (2 or 4 or 8) || lengths is not (2 or 4 or 8))
        {
            throw new ModelFormatException("HDF5", $"addresses of {offsets} and lengths of {lengths} bytes; 2, 4 or 8 were expected", start + 8);
        }

        // The base address is where the superblock lies, whatever it says: user blocks come and go.
        Hdf5Bytes bytes = new(source, start, offsets, lengths);
        if (version >= 2)
        {
            return new Hdf5File(bytes, bytes.Address(12 + (3 * offsets), "the root group"), 12 + (2 * offsets), version);
        }

        long addresses = version == 0 ? 24 : 28;
        long root = addresses + (4 * offsets);
        return new Hdf5File(bytes, bytes.Address(root + offsets, "the root group"), addresses + (2 * offsets), version);
    }

    /// <summary>The object under a path, or null where a name is missing.</summary>
    public Hdf5Object? Follow(Hdf5Object from, string path, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ModelFormatException("HDF5", $"the path '{path}' goes through more than {MaxDepth} groups and links");
        }

        Hdf5Object current = path.StartsWith('/') ? Root : from;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            // Links to paths of links can multiply.
            if (++_steps > MaxSteps)
            {
                throw new ModelFormatException("HDF5", $"finding its objects takes more than {MaxSteps} steps");
            }

            if (!current.Links.TryGetValue(name, out Hdf5Link? link))
            {
                return null;
            }

            if (link.Target is not null)
            {
                if (Follow(current, link.Target, depth + 1) is not { } target)
                {
                    return null;
                }

                current = target;
            }
            else
            {
                current = At(link.Address, Hdf5Object.Join(current.Path, name));
            }
        }

        return current;
    }

    private Hdf5Object At(long address, string path)
    {
        if (!_objects.TryGetValue(address, out Hdf5Object? known))
        {
            known = new Hdf5Object(this, address, path);
            _objects[address] = known;
        }

        return known;
    }
}
