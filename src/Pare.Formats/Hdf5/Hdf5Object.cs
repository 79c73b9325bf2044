using System.Text;

namespace Pare.Formats.Hdf5;

/// <summary>A group or dataset. Links and attributes are read when asked for. Not thread-safe.</summary>
internal sealed class Hdf5Object
{
    private const int MaxLinks = 1 << 20;
    private readonly Hdf5Header _header;
    private Dictionary<string, Hdf5Link>? _links;
    private Dictionary<string, Hdf5Attribute>? _attributes;

    public Hdf5Object(Hdf5File file, long address, string path)
    {
        File = file;
        Path = path;
        _header = Hdf5Header.Read(file.Bytes, address);
    }

    /// <summary>The file.</summary>
    public Hdf5File File { get; }

    /// <summary>Its path from the root, for errors; empty for the root.</summary>
    public string Path { get; }

    /// <summary>Its header.</summary>
    public Hdf5Header Header => _header;

    /// <summary>Whether it is a dataset.</summary>
    public bool IsDataset => _header.Find(Hdf5Message.Layout) is not null;

    /// <summary>Links by name in the file's order; none for a dataset.</summary>
    public IReadOnlyDictionary<string, Hdf5Link> Links => _links ??= ReadLinks();

    /// <summary>Attributes by name.</summary>
    public IReadOnlyDictionary<string, Hdf5Attribute> Attributes => _attributes ??= ReadAttributes();

    /// <summary>An attribute, or null.</summary>
    public Hdf5Attribute? Attribute(string name) => Attributes.GetValueOrDefault(name);

    /// <summary>The object under a path of names separated by <c>/</c>, or null.</summary>
    public Hdf5Object? Find(string path) => File.Follow(this, path, 0);

    private Dictionary<string, Hdf5Link> ReadLinks()
    {
        Dictionary<string, Hdf5Link> links = new(StringComparer.Ordinal);
        Hdf5Bytes bytes = File.Bytes;
        if (_header.Find(Hdf5Message.SymbolTable) is { } table)
        {
            ReadSymbolTable(bytes, table.At, links);
        }

        foreach (Hdf5Message m in _header.All(Hdf5Message.Link))
        {
            Add(links, Hdf5Link.Read(bytes, m.At), m.At);
        }

        if (_header.Find(Hdf5Message.LinkInfo) is { } info)
        {
            long at = info.At + 2 + ((bytes.Byte(info.At + 1) & 1) != 0 ? 8 : 0);
            long heapAddress = bytes.Offset(at);
            long names = bytes.Offset(at + bytes.OffsetSize);
            if (heapAddress != Hdf5Bytes.Undefined && names != Hdf5Bytes.Undefined)
            {
                FractalHeap heap = new(bytes, heapAddress);
                foreach (long record in BTree2.Read(bytes, names).Records)
                {
                    (long place, _) = heap.Find(record + 4);
                    Add(links, Hdf5Link.Read(bytes, place), place);
                }
            }
        }

        return links;
    }

    private void ReadSymbolTable(Hdf5Bytes bytes, long at, Dictionary<string, Hdf5Link> links)
    {
        LocalHeap names = new(bytes, bytes.Address(at + bytes.OffsetSize, "a group's heap of names"));
        int entrySize = (2 * bytes.OffsetSize) + 24;
        foreach ((_, long node, _) in BTree1.Entries(bytes, bytes.Address(at, "a group's B-tree"), 0, bytes.LengthSize))
        {
            bytes.Signature(node, "SNOD"u8, "a group's entries");
            int count = bytes.UInt16(node + 6);
            for (int i = 0; i < count; i++)
            {
                long entry = node + 8 + ((long)i * entrySize);
                string name = names.Name(bytes.Number(entry, bytes.OffsetSize, "a link's name"));
                bool soft = bytes.UInt32(entry + (2 * bytes.OffsetSize)) == 2;
                string? target = soft ? names.Name(bytes.UInt32(entry + (2 * bytes.OffsetSize) + 8)) : null;
                Add(links, new Hdf5Link(name, soft ? Hdf5Bytes.Undefined : bytes.Address(entry + bytes.OffsetSize, "a linked object"), target), entry);
            }
        }
    }

    private void Add(Dictionary<string, Hdf5Link> links, Hdf5Link link, long at)
    {
        if (links.Count >= MaxLinks)
        {
            File.Bytes.Fail(at, $"the group '{Path}' has more than {MaxLinks} links");
        }

        if (!links.TryAdd(link.Name, link))
        {
            File.Bytes.Fail(at, $"the group '{Path}' has two links named '{link.Name}'");
        }
    }

    private Dictionary<string, Hdf5Attribute> ReadAttributes()
    {
        Dictionary<string, Hdf5Attribute> attributes = new(StringComparer.Ordinal);
        Hdf5Bytes bytes = File.Bytes;
        foreach (Hdf5Message m in _header.All(Hdf5Message.Attribute))
        {
            long at = (m.Flags & 2) != 0 ? Hdf5Header.Shared(bytes, Hdf5Message.Attribute, m.At, 0).At : m.At;
            Hdf5Attribute attribute = Hdf5Attribute.Read(bytes, at);
            attributes.TryAdd(attribute.Name, attribute);
        }

        if (_header.Find(Hdf5Message.AttributeInfo) is { } info)
        {
            long at = info.At + 2 + ((bytes.Byte(info.At + 1) & 1) != 0 ? 2 : 0);
            long heapAddress = bytes.Offset(at);
            long names = bytes.Offset(at + bytes.OffsetSize);
            if (heapAddress != Hdf5Bytes.Undefined && names != Hdf5Bytes.Undefined)
            {
                FractalHeap heap = new(bytes, heapAddress);
                foreach (long record in BTree2.Read(bytes, names).Records)
                {
                    Hdf5Attribute attribute = Hdf5Attribute.Read(bytes, heap.Find(record).At);
                    attributes.TryAdd(attribute.Name, attribute);
                }
            }
        }

        return attributes;
    }

    /// <inheritdoc/>
    public override string ToString() => "/" + Path;

    internal static string Join(string path, string name)
    {
        StringBuilder text = new(path);
        if (text.Length > 0)
        {
            text.Append('/');
        }

        return text.Append(name).ToString();
    }
}
