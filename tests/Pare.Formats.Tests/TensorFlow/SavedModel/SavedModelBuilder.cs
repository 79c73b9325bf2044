using System.Text;
using Pare.Formats.Protobuf;
using Pare.Formats.TensorFlow;
using Pare.Formats.TensorFlow.SavedModel;

namespace Pare.Formats.Tests.TensorFlow.SavedModel;

/// <summary>Makes SavedModels from a graph in text form.</summary>
internal sealed class SavedModelBuilder
{
    private readonly List<WireWriter> _graphs = [];

    public CheckpointBuilder Checkpoint { get; } = new();

    /// <summary>Adds a graph with its signatures: <c>name: input=tensor,… -> output=tensor,…</c>.</summary>
    public SavedModelBuilder Graph(string text, string tags, string restore, params string[] signatures)
    {
        WireWriter info = new();
        foreach (string tag in tags.Split(','))
        {
            info.Text(4, tag);
        }

        WireWriter saver = new();
        saver.Text(3, restore);
        WireWriter meta = new();
        meta.Message(1, info);
        meta.Bytes(2, TextFormatReader.Read(Encoding.UTF8.GetBytes(text), GraphDefSchema.GraphDef, "text", out _));
        meta.Message(3, saver);
        foreach (string signature in signatures)
        {
            string[] parts = signature.Split(": ");
            string[] sides = parts[1].Split("->", StringSplitOptions.TrimEntries);
            WireWriter definition = new();
            Infos(definition, 1, sides[0]);
            Infos(definition, 2, sides[1]);
            WireWriter entry = new();
            entry.Text(1, parts[0]);
            entry.Message(2, definition);
            meta.Message(5, entry);
        }

        _graphs.Add(meta);
        return this;
    }

    public byte[] File()
    {
        WireWriter w = new();
        w.Int64(1, 1);
        foreach (WireWriter g in _graphs)
        {
            w.Message(2, g);
        }

        return w.ToArray();
    }

    public Model Read(string? signature = null, string[]? tags = null) => Read(File(), Checkpoint.Index(), Checkpoint.Data, signature, tags);

    public static Model Read(byte[] file, byte[]? index, byte[] data, string? signature = null, string[]? tags = null)
        => new SavedModelReader(file, name => name.EndsWith(".index", StringComparison.Ordinal) ? index is null ? null : ByteSource.FromMemory(index) : ByteSource.FromMemory(data), signature, tags).Read();

    private static void Infos(WireWriter definition, int field, string list)
    {
        foreach (string item in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = item.Split('=');
            WireWriter info = new();
            info.Text(1, pair[1]);
            info.Int64(2, 1);
            WireWriter entry = new();
            entry.Text(1, pair[0]);
            entry.Message(2, info);
            definition.Message(field, entry);
        }
    }
}
