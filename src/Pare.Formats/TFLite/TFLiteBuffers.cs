using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>The buffers of a file being read: within the tables, behind them, or in other files of the model's folder. One reading's worth; not thread-safe.</summary>
internal sealed class TFLiteBuffers(ModelSource source, FlatObject model)
{
    private const long FreeBytes = 1 << 20;
    private const int BytesFactor = 8;

    private readonly IReadOnlyList<FlatObject> _buffers = model.Tables("buffers");
    private readonly ExternalFiles _files = new(TFLiteFormat.Label, source.Folder);
    private Dictionary<long, FlatObject>? _external;
    private long _decoded;

    /// <summary>Whether some buffer lies behind the tables.</summary>
    public bool IsAppended => _buffers.Any(b => b.Integer("offset") > 1);

    /// <summary>The content of a buffer; null where it has none.</summary>
    public TFLiteContent? Find(long index, FlatObject user)
    {
        if (index == 0 && _buffers.Count == 0)
        {
            return null;
        }

        if (index < 0 || index >= _buffers.Count)
        {
            throw new ModelFormatException(TFLiteFormat.Label, $"a {user.Type.Name} names buffer {index}; there are {_buffers.Count}", user.Offset);
        }

        FlatObject buffer = _buffers[(int)index];
        return buffer.Integer("offset") is > 1 and long offset ? Appended(offset, buffer.Integer("size"), buffer) : FromVector(buffer.Vector("data"));
    }

    /// <summary>Counts bytes that are taken apart rather than viewed: tensors may share a buffer, but not to exhaust memory.</summary>
    public void Charge(TFLiteContent content, FlatObject user)
    {
        _decoded += content.Length;
        if (_decoded > FreeBytes + (BytesFactor * source.Bytes.Length))
        {
            throw new ModelFormatException(TFLiteFormat.Label, $"the strings and sparse tensors of a file of {source.Bytes.Length} bytes add up to {_decoded}", user.Offset);
        }
    }

    /// <summary>A part of the file behind the tables.</summary>
    public TFLiteContent Appended(long offset, long size, FlatObject user) => offset > 0 && size >= 0 && offset <= source.Bytes.Length && size <= source.Bytes.Length - offset
        ? new TFLiteContent(source.Bytes, offset, size)
        : throw new ModelFormatException(TFLiteFormat.Label, $"a {user.Type.Name} claims {size} bytes at byte {offset} of a file of {source.Bytes.Length}", user.Offset);

    /// <summary>The content of an external buffer; null for number 0.</summary>
    public TFLiteContent? External(long id, FlatObject user)
    {
        if (id == 0)
        {
            return null;
        }

        _external ??= model.Tables("external_buffers").GroupBy(b => b.Integer("id")).ToDictionary(g => g.Key, g => g.First());
        IReadOnlyList<FlatObject> groups = model.Tables("external_buffer_groups");
        if (!_external.TryGetValue(id, out FlatObject? buffer) || buffer.Integer("group") is var group && (group < 0 || group >= groups.Count))
        {
            throw new ModelFormatException(TFLiteFormat.Label, $"a {user.Type.Name} names the external buffer {id}, which is not declared in a group", user.Offset);
        }

        if (buffer.Text("packing") is { Length: > 0 } packing)
        {
            throw new UnsupportedModelException($"TFLite model with external buffers: buffer {id} is packed as '{packing}', which is not known", []);
        }

        (ByteSource file, long offset, long length) = _files.Open(groups[(int)buffer.Integer("group")].Text("name") ?? "", buffer.Integer("offset"), buffer.Integer("length"), buffer.Offset, user.Text("name") ?? "");
        return new TFLiteContent(file, offset, length);
    }

    private static TFLiteContent? FromVector(FlatVector? data) => data is null || data.Bytes.Length == 0 ? null : new TFLiteContent(ByteSource.FromMemory(data.Bytes), 0, data.Bytes.Length);
}
