using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Tells a <c>saved_model.pb</c> from other files by its structure: a schema version, and meta graphs that hold meta information and a graph.</summary>
internal static class SavedModelIdentifier
{
    public static FormatMatch Identify(ByteSource bytes)
    {
        try
        {
            WireReader r = new(bytes.Peek(0, (int)Math.Min(bytes.Length, int.MaxValue)), SavedModelFormat.Label);
            for (int fields = 0; fields < 8 && r.Next(); fields++)
            {
                switch (r.Field)
                {
                    case 1 when r.Type == WireType.Varint:
                        r.Skip();
                        break;
                    case 2 when r.Type == WireType.Bytes:
                        return IsMetaGraph(r.Message()) ? FormatMatch.Likely : FormatMatch.No;
                    default:
                        return FormatMatch.No;
                }
            }
        }
        catch (ModelFormatException)
        {
            // Not even fields.
        }

        return FormatMatch.No;
    }

    // MetaGraphDef: meta_info_def (1), graph_def (2), saver_def (3), collection_def (4), signature_def (5), asset_file_def (6), object_graph_def (7): all messages.
    private static bool IsMetaGraph(WireReader meta)
    {
        bool graph = false;
        while (meta.Next())
        {
            if (meta.Field > 16 || meta.Type != WireType.Bytes)
            {
                return false;
            }

            if (meta.Field == 2)
            {
                ReadOnlyMemory<byte> content = meta.Bytes();
                graph |= content.IsEmpty || new GraphDefFormat().Identify(new ModelSource { Bytes = ByteSource.FromMemory(content) }) != FormatMatch.No;
            }
            else
            {
                meta.Skip();
            }
        }

        return graph;
    }
}
