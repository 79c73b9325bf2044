using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>One graph of a SavedModel with what says how to use it (meta_graph.proto, MetaGraphDef).</summary>
internal sealed class SavedModelMetaGraph
{
    /// <summary>What it is for (<c>serve</c>, <c>train</c>).</summary>
    public List<string> Tags { get; } = [];

    /// <summary>The GraphDef.</summary>
    public ReadOnlyMemory<byte> Graph { get; private set; }

    /// <summary>Where the GraphDef lies in the file.</summary>
    public long GraphOffset { get; private set; }

    /// <summary>Name of the node that restores the variables; empty where there is none.</summary>
    public string RestoreNode { get; private set; } = "";

    /// <summary>The signatures in the file's order.</summary>
    public List<SavedModelSignature> Signatures { get; } = [];

    public static SavedModelMetaGraph Read(ref WireReader r)
    {
        SavedModelMetaGraph result = new();
        RawFields graph = default;
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    WireReader info = r.Message();
                    while (info.Next())
                    {
                        if (info.Field == 4)
                        {
                            result.Tags.Add(info.Text());
                        }
                        else
                        {
                            info.Skip();
                        }
                    }

                    break;
                case 2:
                    ReadOnlyMemory<byte> part = r.Bytes();
                    result.GraphOffset = r.Offset + r.Position - part.Length;
                    graph.Add(part);
                    break;
                case 3:
                    WireReader saver = r.Message();
                    while (saver.Next())
                    {
                        if (saver.Field == 3)
                        {
                            result.RestoreNode = saver.Text();
                        }
                        else
                        {
                            saver.Skip();
                        }
                    }

                    break;
                case 5:
                    WireReader entry = r.Message();
                    MapEntry e = MapEntry.Read(ref entry);
                    result.Signatures.Add(SavedModelSignature.Read(GraphDefText.Decode(e.Key.Span, e.KeyOffset), e.Value, e.ValueOffset));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        result.Graph = graph.ToMemory();
        return result;
    }
}
