using System.Globalization;
using System.Text;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>
/// A checkpoint of TensorFlow (tensor_bundle.proto): an index of names, and tensors in data files, which are mapped and read when asked for. A tensor's checksum
/// is checked when its bytes are first read.
/// </summary>
internal sealed class TensorBundle
{
    /// <summary>What errors call the format.</summary>
    public const string Label = "TensorFlow checkpoint";

    private const string ObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";

    private readonly Dictionary<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _entries;
    private readonly Func<string, ByteSource?> _open;
    private readonly string _prefix;
    private readonly ByteSource?[] _shards;
    private Dictionary<string, string>? _keysByFullName;

    /// <param name="index">The index file.</param>
    /// <param name="prefix">What the data files' names begin with (<c>variables/variables</c>).</param>
    /// <param name="open">Opens a file beside the model by its name; null where there is none.</param>
    public TensorBundle(ReadOnlyMemory<byte> index, string prefix, Func<string, ByteSource?> open)
    {
        _entries = SortedTable.Read(index);
        _prefix = prefix;
        _open = open;
        _shards = new ByteSource?[ReadHeader()];
    }

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Names => _entries.Keys.Where(k => !k.IsEmpty).Select(k => Encoding.UTF8.GetString(k.Span));

    /// <summary>The tensor of a name, or null.</summary>
    /// <exception cref="ModelFormatException">The entry is damaged, or its data lie outside their file.</exception>
    public TensorData? Find(string name)
    {
        if (!_entries.TryGetValue(Encoding.UTF8.GetBytes(name), out ReadOnlyMemory<byte> value))
        {
            return null;
        }

        TensorBundleEntry entry = TensorBundleEntry.Read(value, name);
        if (entry.IsSliced)
        {
            throw new ModelFormatException(Label, $"the variable '{name}' is kept in slices as a whole; only its parts can be read", node: name);
        }

        return Tensor(name, entry);
    }

    /// <summary>The part of a variable that is kept in slices, or null.</summary>
    /// <param name="name">Name of the whole variable.</param>
    /// <param name="slice">The part as a restoring node writes it: <c>10 4 0,5:-</c> (the whole's extents, then start and length an axis).</param>
    public TensorData? FindSlice(string name, string slice)
    {
        byte[] key = TensorSliceKey.Encode(name, slice);
        return _entries.TryGetValue(key, out ReadOnlyMemory<byte> value) ? Tensor(name, TensorBundleEntry.Read(value, name)) : null;
    }

    /// <summary>The key of a variable by the name it bears in the graph, from the checkpoint's object graph; null where it has none.</summary>
    public string? KeyOf(string fullName)
    {
        _keysByFullName ??= ReadObjectGraph();
        return _keysByFullName.GetValueOrDefault(fullName);
    }

    private TensorData Tensor(string name, TensorBundleEntry entry)
    {
        ByteSource shard = Shard(entry, name);
        if (entry.Offset < 0 || entry.Size < 0 || entry.Offset > shard.Length || entry.Size > shard.Length - entry.Offset)
        {
            throw new ModelFormatException(Label, $"the tensor is said to be {entry.Size} bytes at {entry.Offset}, but the data file has {shard.Length} bytes", node: name);
        }

        if (entry.Type.BitWidth() == 0 || GraphDefTypes.IsNarrow(entry.Type))
        {
            throw new ModelFormatException(Label, $"tensors of type {entry.Type} are not read from checkpoints", node: name);
        }

        try
        {
            return new TensorBundleData(name, entry.Type, entry.Shape, shard, entry.Offset, entry.Size, entry.Checksum);
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(Label, e.Message, node: name, innerException: e);
        }
    }

    private ByteSource Shard(TensorBundleEntry entry, string name)
    {
        if (entry.Shard < 0 || entry.Shard >= _shards.Length)
        {
            throw new ModelFormatException(Label, $"the tensor lies in data file {entry.Shard}, but there are {_shards.Length}", node: name);
        }

        string file = string.Create(CultureInfo.InvariantCulture, $"{_prefix}.data-{entry.Shard:D5}-of-{_shards.Length:D5}");
        return _shards[entry.Shard] ??= _open(file) ?? throw new ModelFormatException(Label, "the checkpoint's data file is missing", node: name, file: file);
    }

    // BundleHeaderProto: num_shards (1), endianness (2: 0 little, 1 big), version (3). It lies under the empty key.
    private int ReadHeader()
    {
        if (!_entries.TryGetValue(ReadOnlyMemory<byte>.Empty, out ReadOnlyMemory<byte> bytes))
        {
            throw new ModelFormatException(Label, "the index has no header");
        }

        int shards = 0;
        WireReader r = new(bytes, Label);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    shards = r.Int32();
                    break;
                case 2 when r.Int32() != 0:
                    throw new ModelFormatException(Label, "the checkpoint is big-endian, which is not read");
                case 2:
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return shards is >= 0 and <= 100_000 ? shards : throw new ModelFormatException(Label, $"the header claims {shards} data files");
    }

    // TrackableObjectGraph.nodes (1) -> attributes (2): full_name (2), checkpoint_key (3). A scalar string: its length, a checksum of that, its bytes.
    private Dictionary<string, string> ReadObjectGraph()
    {
        Dictionary<string, string> keys = new(StringComparer.Ordinal);
        if (!_entries.TryGetValue(Encoding.UTF8.GetBytes(ObjectGraphKey), out ReadOnlyMemory<byte> value))
        {
            return keys;
        }

        TensorBundleEntry entry = TensorBundleEntry.Read(value, ObjectGraphKey);
        ByteSource shard = Shard(entry, ObjectGraphKey);
        if (entry.Type != DataType.String || entry.Offset < 0 || entry.Size is < 5 or > int.MaxValue || entry.Offset > shard.Length || entry.Size > shard.Length - entry.Offset)
        {
            throw new ModelFormatException(Label, "the object graph's entry does not fit the data file", node: ObjectGraphKey);
        }

        ReadOnlyMemory<byte> stored = shard.Slice(entry.Offset, (int)entry.Size);
        WireReader length = new(stored, Label, entry.Offset);
        length.NextPacked(out ulong bytes);
        int start = length.Position + 4;
        if (start > stored.Length || bytes != (ulong)(stored.Length - start))
        {
            throw new ModelFormatException(Label, $"the object graph claims {bytes} bytes in {stored.Length}", entry.Offset, ObjectGraphKey);
        }

        WireReader graph = new(stored[start..], Label, entry.Offset + start);
        while (graph.Next())
        {
            if (graph.Field != 1)
            {
                graph.Skip();
                continue;
            }

            WireReader node = graph.Message();
            while (node.Next())
            {
                if (node.Field != 2)
                {
                    node.Skip();
                    continue;
                }

                WireReader attribute = node.Message();
                AddKey(ref attribute, keys);
            }
        }

        return keys;
    }

    private static void AddKey(ref WireReader attribute, Dictionary<string, string> keys)
    {
        string name = "", key = "";
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case 2:
                    name = attribute.Text();
                    break;
                case 3:
                    key = attribute.Text();
                    break;
                default:
                    attribute.Skip();
                    break;
            }
        }

        if (name.Length > 0)
        {
            keys.TryAdd(name, key);
        }
    }
}
