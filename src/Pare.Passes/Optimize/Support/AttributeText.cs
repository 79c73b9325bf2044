using System.Globalization;
using System.Text;

namespace Pare.Passes.Optimize;

/// <summary>Writes attributes as text so that equal attributes, and only they, read alike.</summary>
internal static class AttributeText
{
    /// <summary>All attributes, in the order of their names; null where one cannot be compared (graphs, raw fields).</summary>
    public static string? Of(Node node)
    {
        StringBuilder text = new();
        foreach ((string key, AttributeValue value) in node.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            text.Append(key).Append('=');
            if (!Append(text, value))
            {
                return null;
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static bool Append(StringBuilder t, AttributeValue v)
    {
        t.Append((int)v.Kind).Append(':');
        switch (v.Kind)
        {
            case AttributeKind.Integer:
                t.Append(v.AsInteger);
                return true;
            case AttributeKind.Float:
                t.Append(BitConverter.SingleToInt32Bits(v.AsFloat));
                return true;
            case AttributeKind.Boolean:
                t.Append(v.AsBoolean);
                return true;
            case AttributeKind.String:
                t.Append(Convert.ToHexString(v.AsBytes.Span));
                return true;
            case AttributeKind.Type:
                t.Append(v.AsType);
                return true;
            case AttributeKind.Shape:
                t.Append(v.AsShape);
                return true;
            case AttributeKind.Integers:
                t.AppendJoin(',', v.AsIntegers);
                return true;
            case AttributeKind.Floats:
                t.AppendJoin(',', v.AsFloats.Select(BitConverter.SingleToInt32Bits));
                return true;
            case AttributeKind.Booleans:
                t.AppendJoin(',', v.AsBooleans);
                return true;
            case AttributeKind.Strings:
                t.AppendJoin(',', v.AsStrings.Select(s => Convert.ToHexString(s.Span)));
                return true;
            case AttributeKind.Types:
                t.AppendJoin(',', v.AsTypes);
                return true;
            case AttributeKind.Shapes:
                t.AppendJoin(';', v.AsShapes.Select(s => s?.ToString() ?? "?"));
                return true;
            case AttributeKind.EmptyList:
                return true;
            case AttributeKind.Tensor when v.AsTensor is { Count: <= 1024 } tensor && tensor.Type.BitWidth() > 0:
                t.Append(CultureInfo.InvariantCulture, $"{tensor.Type}{tensor.Shape}{Convert.ToHexString(tensor.GetBytes())}");
                return true;
            default:
                return false;
        }
    }
}
