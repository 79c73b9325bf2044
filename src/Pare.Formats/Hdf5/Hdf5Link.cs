using System.Text;

namespace Pare.Formats.Hdf5;

/// <summary>A link of a group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">The linked object's header; undefined for a soft link.</param>
/// <param name="Target">A soft link's path, or null.</param>
internal sealed record Hdf5Link(string Name, long Address, string? Target)
{
    /// <summary>Reads a link message at an address.</summary>
    public static Hdf5Link Read(Hdf5Bytes bytes, long at)
    {
        int flags = bytes.Byte(at + 1);
        long next = at + 2;
        int kind = 0;
        if ((flags & 8) != 0)
        {
            kind = bytes.Byte(next++);
        }

        next += (flags & 4) != 0 ? 8 : 0;
        next += (flags & 16) != 0 ? 1 : 0;
        int width = 1 << (flags & 3);
        long length = bytes.Number(next, width, "the length of a link's name");
        next += width;
        string name = Encoding.UTF8.GetString(bytes.Slice(next, length, "a link's name"));
        next += length;
        return kind switch
        {
            0 => new Hdf5Link(name, bytes.Address(next, $"the object '{name}'"), null),
            1 => new Hdf5Link(name, Hdf5Bytes.Undefined, Encoding.UTF8.GetString(bytes.Slice(next + 2, bytes.UInt16(next), "a link's target"))),
            _ => throw new UnsupportedModelException($"HDF5, byte {at + bytes.BaseAddress}: the link '{name}' leads into another file (kind {kind}), which Pare does not follow", []),
        };
    }
}
