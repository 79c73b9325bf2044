using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Tells GraphDefs from other files by their structure: there is no magic number.</summary>
internal static class GraphDefIdentifier
{
    private const int LookAt = 1 << 16;

    public static FormatMatch Identify(ByteSource bytes)
    {
        if (bytes.Length == 0)
        {
            return FormatMatch.No;
        }

        FormatMatch binary = IdentifyBinary(bytes);
        return binary == FormatMatch.No && GraphDefTextForm.LooksLikeText(bytes.Peek(0, (int)Math.Min(bytes.Length, LookAt)).Span) ? FormatMatch.Likely : binary;
    }

    /// <summary>Whether the bytes are a binary GraphDef. Walks the top level without looking into tensors; the first node decides.</summary>
    public static FormatMatch IdentifyBinary(ByteSource bytes)
    {
        bool other = false;
        try
        {
            WireReader r = new(bytes.Peek(0, (int)Math.Min(bytes.Length, int.MaxValue)), GraphDefFormat.Label);
            for (int fields = 0; fields < 64 && r.Next(); fields++)
            {
                switch (r.Field)
                {
                    case 1 when r.Type == WireType.Bytes:
                        return IsNode(r.Message()) ? FormatMatch.Likely : FormatMatch.No;
                    case 1:
                        return FormatMatch.No;
                    case 2 or 4 or 5 when r.Type != WireType.Bytes:
                        return FormatMatch.No;
                    default:
                        other |= r.Field is 2 or 4;
                        r.Skip();
                        break;
                }
            }
        }
        catch (ModelFormatException)
        {
            // Not even fields: another format's file, or one too damaged to tell.
            return FormatMatch.No;
        }

        return other ? FormatMatch.Possible : FormatMatch.No;
    }

    private static bool IsNode(WireReader node)
    {
        bool name = false, @operator = false;
        while (node.Next())
        {
            if (node.Field <= 5 && node.Type != WireType.Bytes)
            {
                return false;
            }

            switch (node.Field)
            {
                case 1:
                    name = GraphDefText.IsNodeName(node.Bytes().Span);
                    break;
                case 2:
                    ReadOnlySpan<byte> op = node.Bytes().Span;
                    @operator = op.Length > 0 && (char.IsAsciiLetter((char)op[0]) || op[0] == '_');
                    break;
                default:
                    node.Skip();
                    break;
            }
        }

        return name && @operator;
    }
}
