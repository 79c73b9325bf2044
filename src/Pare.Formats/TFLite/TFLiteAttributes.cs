using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>Options of operators as attributes, and back: every field under its schema's name, left-out scalars with the schema's default, enumerations by the names of their values.</summary>
internal static class TFLiteAttributes
{
    /// <summary>A custom operator's options, as they stand.</summary>
    public const string CustomOptions = "custom_options";

    /// <summary>How a custom operator's options are written.</summary>
    public const string CustomOptionsFormat = "custom_options_format";

    /// <summary>Scales of an operator's inner tensors (LSTM), 0 where they have none. Follows from the file; not written.</summary>
    public const string IntermediateScales = "intermediate_scales";

    /// <summary>Zero points of an operator's inner tensors (LSTM). Follows from the file; not written.</summary>
    public const string IntermediateZeroPoints = "intermediate_zero_points";

    /// <summary>Reads all fields of an options table.</summary>
    public static void Read(FlatObject options, AttributeMap attributes)
    {
        for (int i = 0; i < options.Type.Fields.Count; i++)
        {
            FlatField field = options.Type.Fields[i];
            if (!field.IsDeprecated && Attribute(field, options[i]) is { } value)
            {
                attributes[field.Name] = value;
            }
        }
    }

    /// <summary>Writes attributes into an options table.</summary>
    /// <exception cref="GraphException">An attribute is no field of the table, or of another kind.</exception>
    public static FlatObject Write(Node node, FlatTable type)
    {
        FlatObject options = new(type);
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            if (name is CustomOptions or CustomOptionsFormat or IntermediateScales or IntermediateZeroPoints)
            {
                continue;
            }

            if (!type.Has(name))
            {
                throw new GraphException($"{node.Operator} has no option '{name}'", node.Name);
            }

            options[name] = Value(node, type.Fields[type.IndexOf(name)], value);
        }

        return options;
    }

    private static AttributeValue? Attribute(FlatField field, object? value)
    {
        if (field.IsVector)
        {
            return value is not FlatVector vector ? null
                : field.Kind == FlatKind.Float32 ? AttributeValue.Of(vector.ToFloats())
                : field.Kind == FlatKind.Bool ? AttributeValue.Of([.. vector.ToIntegers().Select(v => v != 0)])
                : field.Kind == FlatKind.UInt8 ? AttributeValue.Of(vector.Bytes)
                : field.Enumeration is { } names ? AttributeValue.Of([.. vector.ToIntegers().Select(v => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(names.NameOf(v)))])
                : AttributeValue.Of(vector.ToIntegers());
        }

        return field.Kind switch
        {
            FlatKind.Bool => AttributeValue.Of(value is bool b ? b : field.Default != 0),
            FlatKind.Float32 => AttributeValue.Of(value is float f ? f : (float)field.Default),
            FlatKind.String => value is ReadOnlyMemory<byte> text ? AttributeValue.Of(text) : null,
            _ when field.Enumeration is { } names => AttributeValue.Of(names.NameOf(value is long n ? n : (long)field.Default)),
            _ => AttributeValue.Of(value is long n ? n : (long)field.Default),
        };
    }

    private static object Value(Node node, FlatField field, AttributeValue value)
    {
        try
        {
            if (field.IsVector)
            {
                return field.Kind == FlatKind.Float32 ? FlatVector.Of(value.AsFloats.AsSpan())
                    : field.Kind == FlatKind.Bool ? FlatVector.Of(FlatKind.Bool, [.. value.AsBooleans.Select(b => b ? 1L : 0L)])
                    : field.Kind == FlatKind.UInt8 ? new FlatVector(FlatKind.UInt8, value.AsBytes)
                    : field.Enumeration is { } names ? FlatVector.Of(field.Kind, [.. value.AsStrings.Select(s => Number(node, field, names, System.Text.Encoding.UTF8.GetString(s.Span)))])
                    : FlatVector.Of(field.Kind, value.AsIntegers.AsSpan());
            }

            return field.Kind switch
            {
                FlatKind.Bool => value.AsBoolean,
                FlatKind.Float32 => value.AsFloat,
                FlatKind.String => value.AsBytes,
                _ when field.Enumeration is { } names => value.Kind == AttributeKind.Integer ? value.AsInteger : Number(node, field, names, value.AsString),
                _ => value.AsInteger,
            };
        }
        catch (GraphException e) when (e.Node is null)
        {
            throw new GraphException($"the option '{field.Name}': {e.Message}", node.Name, e);
        }
    }

    private static long Number(Node node, FlatField field, FlatEnumeration names, string name) =>
        names.NumberOf(name) ?? throw new GraphException($"the option '{field.Name}' is '{name}', which is none of {string.Join(", ", names.Names)}", node.Name);
}
