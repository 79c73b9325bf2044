using System.Text;

namespace Pare.Formats.Tests.TensorFlow;

/// <summary>
/// Turns a GraphDef into lines that are equal for semantically equal files. Decodes the wire format by itself, so that reader and writer are judged by something
/// else than themselves: fields by number, maps by key, packed and single values alike, the last of repeated scalars, unknown fields as they are.
/// </summary>
internal static class CanonicalGraphDef
{
    // number -> how: 'm:Type' message, 'M:Type' repeated message, 'x:Type' map from text to message, 'o:Type' member of the oneof, 'v' varint, 'V' repeated
    // varint, 'f'/'F' 4 bytes, 'd'/'D' 8 bytes, 'b'/'B' bytes.
    private static readonly Dictionary<string, Dictionary<int, string>> s_schema = new()
    {
        ["GraphDef"] = new() { [1] = "M:NodeDef", [2] = "m:Library", [3] = "v", [4] = "m:Versions" },
        ["NodeDef"] = new() { [1] = "b", [2] = "b", [3] = "B", [4] = "b", [5] = "x:AttrValue", [6] = "m:Debug" },
        ["Debug"] = new() { [1] = "B", [2] = "B" },
        ["Versions"] = new() { [1] = "v", [2] = "v", [3] = "V" },
        ["AttrValue"] = new() { [1] = "m:List", [2] = "b", [3] = "v", [4] = "f", [5] = "v", [6] = "v", [7] = "m:Shape", [8] = "m:Tensor", [9] = "b", [10] = "m:Func" },
        ["List"] = new() { [2] = "B", [3] = "V", [4] = "F", [5] = "V", [6] = "V", [7] = "M:Shape", [8] = "M:Tensor", [9] = "M:Func" },
        ["Func"] = new() { [1] = "b", [2] = "x:AttrValue" },
        ["Shape"] = new() { [2] = "M:Dim", [3] = "v" },
        ["Dim"] = new() { [1] = "v", [2] = "b" },
        ["Tensor"] = Tensor(),
        ["Library"] = new() { [1] = "M:Function", [2] = "M:Gradient" },
        ["Gradient"] = new() { [1] = "b", [2] = "b" },
        ["Function"] = new() { [1] = "m:OpDef", [3] = "M:NodeDef", [4] = "x:", [5] = "x:AttrValue", [6] = "x:" },
        ["OpDef"] = new() { [1] = "b", [2] = "M:ArgDef", [3] = "M:ArgDef", [4] = "M:AttrDef", [5] = "b", [6] = "b", [16] = "v", [17] = "v", [18] = "v", [19] = "v" },
        ["ArgDef"] = new() { [1] = "b", [2] = "b", [3] = "v", [4] = "b", [5] = "b", [6] = "b", [16] = "v" },
        ["AttrDef"] = new() { [1] = "b", [2] = "b", [3] = "m:AttrValue", [4] = "b", [5] = "v", [6] = "v", [7] = "m:AttrValue" },
    };

    private static Dictionary<int, string> Tensor()
    {
        Dictionary<int, string> fields = new() { [1] = "v", [2] = "m:Shape", [3] = "v", [4] = "b", [5] = "F", [6] = "D", [8] = "B", [9] = "F", [12] = "D", [18] = "b" };
        foreach (int f in (int[])[7, 10, 11, 13, 16, 17])
        {
            fields[f] = "V";
        }

        return fields;
    }

    public static string Of(ReadOnlyMemory<byte> file)
    {
        StringBuilder text = new();
        Message(file, "GraphDef", text, "");
        return text.ToString();
    }

    private static void Message(ReadOnlyMemory<byte> bytes, string type, StringBuilder text, string indent)
    {
        SortedDictionary<int, List<(int Wire, ReadOnlyMemory<byte> Value)>> fields = [];
        int at = 0;
        while (at < bytes.Length)
        {
            ulong tag = Varint(bytes.Span, ref at);
            int field = (int)(tag >> 3), wire = (int)(tag & 7), from = at;
            switch (wire)
            {
                case 0: Varint(bytes.Span, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                case 2: int n = (int)Varint(bytes.Span, ref at); from = at; at += n; break;
                default: throw new InvalidDataException($"wire type {wire}");
            }

            if (!fields.TryGetValue(field, out var list))
            {
                fields[field] = list = [];
            }

            list.Add((wire, bytes[from..at]));
        }

        s_schema.TryGetValue(type, out Dictionary<int, string>? schema);
        foreach ((int field, var values) in fields)
        {
            string how = schema is not null && schema.TryGetValue(field, out string? h) ? h : "?";
            Field(field, how, values, text, indent);
        }
    }

    private static void Field(int field, string how, List<(int Wire, ReadOnlyMemory<byte> Value)> values, StringBuilder text, string indent)
    {
        switch (how[0])
        {
            case '?':
                foreach (var v in values)
                {
                    text.Append(indent).Append(field).Append('/').Append(v.Wire).Append(" = ").AppendLine(v.Wire == 0 ? One(v.Value).ToString() : Convert.ToHexString(v.Value.Span));
                }

                break;
            case 'm':
                text.Append(indent).Append(field).AppendLine(" {");
                Message(values.SelectMany(v => v.Value.ToArray()).ToArray(), how[2..], text, indent + " ");
                break;
            case 'M':
                foreach (var v in values)
                {
                    text.Append(indent).Append(field).AppendLine(" {");
                    Message(v.Value, how[2..], text, indent + " ");
                }

                break;
            case 'x':
                SortedDictionary<string, string> map = new(StringComparer.Ordinal);
                foreach (var v in values)
                {
                    StringBuilder entry = new();
                    s_schema["Entry"] = new() { [1] = "b", [2] = how.Length > 2 ? "m:" + how[2..] : "b" };
                    Message(v.Value, "Entry", entry, indent + " ");
                    string all = entry.ToString();
                    map[all.Split('\n')[0]] = all;
                }

                foreach (string e in map.Values)
                {
                    text.Append(indent).Append(field).Append(' ').Append(e);
                }

                break;
            case 'v':
                text.Append(indent).Append(field).Append(": ").Append(One(values[^1].Value)).AppendLine();
                break;
            case 'f' or 'd' or 'b':
                text.Append(indent).Append(field).Append(": ").AppendLine(Hex(values[^1].Value));
                break;
            case 'B':
                foreach (var v in values)
                {
                    text.Append(indent).Append(field).Append(": ").AppendLine(Hex(v.Value));
                }

                break;
            case 'V':
                text.Append(indent).Append(field).Append(": ");
                foreach (var v in values)
                {
                    for (int at = 0; at < v.Value.Length;)
                    {
                        text.Append(Varint(v.Value.Span, ref at)).Append(' ');
                    }
                }

                text.AppendLine();
                break;
            default:
                text.Append(indent).Append(field).Append(": ").AppendLine(string.Concat(values.Select(v => Hex(v.Value))));
                break;
        }
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => bytes.Length > 64
        ? $"{bytes.Length}:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes.Span))}"
        : Convert.ToHexString(bytes.Span);

    private static ulong One(ReadOnlyMemory<byte> bytes)
    {
        int at = 0;
        return Varint(bytes.Span, ref at);
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= shift < 64 ? (ulong)(b & 127) << shift : 0;
            if (b < 128)
            {
                return value;
            }
        }
    }
}
