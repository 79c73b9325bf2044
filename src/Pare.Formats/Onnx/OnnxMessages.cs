using System.Globalization;
using Pare.Formats.Protobuf;

namespace Pare.Formats.Onnx;

/// <summary>Small messages: entries of strings, operator sets, declarations of values. Source: onnx.proto.</summary>
internal static class OnnxMessages
{
    /// <summary>A <c>StringStringEntryProto</c>.</summary>
    public static (string Key, string Value) Entry(WireReader message)
    {
        string key = "";
        string value = "";
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    key = message.Text();
                    break;
                case 2:
                    value = message.Text();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return (key, value);
    }

    /// <summary>An <c>OperatorSetIdProto</c>; the default domain has an empty name.</summary>
    public static (string Domain, long Version) OperatorSet(WireReader message)
    {
        string domain = "";
        long version = 0;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    domain = message.Text();
                    break;
                case 2:
                    version = message.Int64();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return (domain == "ai.onnx" ? "" : domain, version);
    }

    /// <summary>A <c>ValueInfoProto</c>: of types other than dense tensors only the name is understood.</summary>
    public static OnnxDeclaration Declaration(WireReader message, ReadOnlyMemory<byte> bytes, int ordinal)
    {
        string name = "";
        DataType type = DataType.Undefined;
        SymbolicShape? shape = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    name = message.Text();
                    break;
                case 2:
                    WireReader typeMessage = message.Message();
                    while (typeMessage.Next())
                    {
                        if (typeMessage.Field == 1)
                        {
                            (type, shape) = TensorType(typeMessage.Message());
                        }
                        else
                        {
                            typeMessage.Skip();
                        }
                    }

                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return new OnnxDeclaration(ordinal, name, type, shape, bytes);
    }

    /// <summary>Writes a <c>ValueInfoProto</c> of a dense tensor.</summary>
    public static WireWriter Declaration(string name, DataType type, SymbolicShape? shape)
    {
        WireWriter message = new();
        message.Text(1, name);
        if (type == DataType.Undefined)
        {
            return message;
        }

        WireWriter tensor = new();
        tensor.Int64(1, OnnxDataTypes.ToCode(type));
        if (shape is not null)
        {
            WireWriter dims = new();
            foreach (Dimension d in shape.Dimensions)
            {
                WireWriter dim = new();
                if (d.Value is { } extent)
                {
                    dim.Int64(1, extent);
                }
                else if (d.Symbol is { Length: > 0 } symbol)
                {
                    dim.Text(2, symbol);
                }

                dims.Message(1, dim);
            }

            tensor.Message(2, dims);
        }

        WireWriter typeMessage = new();
        typeMessage.Message(1, tensor);
        message.Message(2, typeMessage);
        return message;
    }

    /// <summary>The message with another name in the field of that number.</summary>
    public static WireWriter Renamed(ReadOnlyMemory<byte> bytes, int field, string name)
    {
        WireWriter message = new();
        WireReader reader = new(bytes, OnnxFormat.FormatName);
        while (reader.Next())
        {
            ReadOnlyMemory<byte> whole = reader.Skip();
            if (reader.Field != field)
            {
                message.Raw(whole);
            }
        }

        message.Text(field, name);
        return message;
    }

    /// <summary>Text of a version, as entries keep it.</summary>
    public static string VersionText(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static (DataType Type, SymbolicShape? Shape) TensorType(WireReader message)
    {
        DataType type = DataType.Undefined;
        SymbolicShape? shape = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    type = OnnxDataTypes.FromCode(message.Int32());
                    break;
                case 2:
                    shape = Shape(message.Message());
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return (type, shape);
    }

    private static SymbolicShape Shape(WireReader message)
    {
        List<Dimension> dims = [];
        while (message.Next())
        {
            if (message.Field != 1)
            {
                message.Skip();
                continue;
            }

            Dimension d = default;
            WireReader dim = message.Message();
            while (dim.Next())
            {
                switch (dim.Field)
                {
                    case 1:
                        // Some exporters write -1 or 0 for "unknown"; only a negative extent is impossible.
                        long extent = dim.Int64();
                        d = extent >= 0 ? new Dimension(extent) : default;
                        break;
                    case 2:
                        string symbol = dim.Text();
                        d = new Dimension(null, symbol.Length > 0 ? symbol : null);
                        break;
                    default:
                        dim.Skip();
                        break;
                }
            }

            dims.Add(d);
        }

        return new SymbolicShape([.. dims]);
    }
}
