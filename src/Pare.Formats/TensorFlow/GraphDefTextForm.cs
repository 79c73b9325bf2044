using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>GraphDefs in the text form (<c>.pbtxt</c>): carried over into the binary form and read from there, written node by node from it.</summary>
internal static class GraphDefTextForm
{
    private const string Label = "GraphDef text";

    /// <summary>Whether bytes look like the text form: the first word is one of a GraphDef's fields, and what follows it opens a message or a value.</summary>
    public static bool LooksLikeText(ReadOnlySpan<byte> head)
    {
        try
        {
            TextTokenizer t = new(head, Label);
            if (t.Kind != TextTokenKind.Identifier || GraphDefSchema.GraphDef.Find(t.Text) is not { } field)
            {
                return false;
            }

            t.Advance();
            return field.Kind == ProtoKind.Message ? t.Is('{') || t.Is('<') || t.Is(':') : t.Is(':');
        }
        catch (ModelFormatException)
        {
            return false;
        }
    }

    public static Model Read(ReadOnlyMemory<byte> text)
    {
        ReadOnlyMemory<byte> binary = TextFormatReader.Read(text.Span, GraphDefSchema.GraphDef, Label, out IReadOnlyList<(int Text, int Binary)> places);
        try
        {
            return new GraphDefReader(binary).Read();
        }
        catch (ModelFormatException e) when (e.Offset is { } offset)
        {
            // The reader knows places in the binary form; the text's reader wants the node's line.
            int start = places.LastOrDefault(p => p.Binary <= offset).Text;
            (int line, int column) = TextTokenizer.Place(text.Span, start);
            throw new ModelFormatException(Label, $"line {line}, column {column}: {e.Problem}", start, e.Node, e);
        }
    }

    public static void Write(Model model, Stream stream)
    {
        TextFormatWriter w = new(stream, Label);
        foreach (Node n in model.Graph.Nodes)
        {
            w.WriteField(GraphDefWriter.WriteNode(n, model.Vocabulary.TraitsOf(n)).ToArray(), GraphDefSchema.Node);
        }

        w.Write(GraphDefWriter.OtherFields(model), GraphDefSchema.GraphDef);
        w.Flush();
    }
}
