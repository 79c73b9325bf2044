using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite.Tests;

/// <summary>
/// A .tflite file as text in which two files are equal exactly when they mean the same: numbers of buffers, operator codes and offsets are replaced by what they lead to. Walks the
/// bytes by itself; only the declarations of the schema's fields are shared with the reader.
/// </summary>
internal sealed class CanonicalTFLite
{
    private readonly byte[] _bytes;
    private readonly List<string> _lines = [];
    private readonly int _root;

    private CanonicalTFLite(byte[] bytes)
    {
        _bytes = bytes;
        _root = U32(0);
    }

    public static IReadOnlyList<string> Of(byte[] bytes)
    {
        CanonicalTFLite canonical = new(bytes);
        canonical.Table(TFLiteSchema.Table("Model"), canonical._root, "model");
        return canonical._lines;
    }

    private void Table(FlatTable type, int table, string path)
    {
        foreach (FlatField field in type.Fields)
        {
            int slot = Slot(table, field.Id);
            string name = $"{path}.{field.Name}";
            switch (type.Name, field.Name)
            {
                case ("Model", "operator_codes" or "buffers" or "external_buffers" or "external_buffer_groups"):
                    continue;
                case ("Operator", "opcode_index"):
                    Code(slot == 0 ? 0 : U32(slot), path);
                    continue;
                case ("Operator", "large_custom_options_offset" or "large_custom_options_size"):
                    continue;
                case ("Tensor" or "Metadata", "buffer"):
                    _lines.Add($"{name}: {Buffer(slot == 0 ? 0 : U32(slot))}");
                    continue;
                default:
                    break;
            }

            if (slot != 0)
            {
                Field(field, table, slot, name);
            }
        }
    }

    private void Field(FlatField field, int table, int slot, string name)
    {
        if (field.IsVector)
        {
            Vector(field, Follow(slot), name);
            return;
        }

        switch (field.Kind)
        {
            case FlatKind.String:
                _lines.Add($"{name}: {Text(Follow(slot))}");
                break;
            case FlatKind.Table:
                Table(TFLiteSchema.Table(field.Target!), Follow(slot), name);
                break;
            case FlatKind.Union:
                int number = _bytes[Slot(table, field.Id - 1)];
                if (number != 0)
                {
                    _lines.Add($"{name}: {number}");
                    Table(TFLiteSchema.Instance.Member(field.Target!, number)!, Follow(slot), name);
                }

                break;
            default:
                double value = Scalar(field.Kind, slot);
                if (value != field.Default)
                {
                    _lines.Add($"{name}: {value.ToString("R", CultureInfo.InvariantCulture)}");
                }

                break;
        }
    }

    private void Vector(FlatField field, int at, string name)
    {
        int count = U32(at);
        _lines.Add($"{name}: {count} elements");
        if (field.Kind == FlatKind.Table)
        {
            for (int i = 0; i < count; i++)
            {
                Table(TFLiteSchema.Table(field.Target!), Follow(at + 4 + (i * 4)), $"{name}[{i}]");
            }
        }
        else if (field.Name == "metadata_buffer")
        {
            _lines.AddRange(Enumerable.Range(0, count).Select(i => $"{name}: {Buffer(U32(at + 4 + (i * 4)))}"));
        }
        else
        {
            _lines.Add($"{name}: {Convert.ToHexString(_bytes.AsSpan(at + 4, count * field.Kind.Size()))}");
        }
    }

    private void Code(int index, string path)
    {
        int codes = Follow(Slot(_root, 1));
        int code = Follow(codes + 4 + (index * 4));
        int old = Slot(code, 0) is > 0 and int o ? (sbyte)_bytes[o] : 0;
        int builtin = Slot(code, 3) is > 0 and int b ? U32(b) : 0;
        string custom = Slot(code, 1) is > 0 and int c ? Text(Follow(c)) : "";
        int version = Slot(code, 2) is > 0 and int v ? U32(v) : 1;
        _lines.Add($"{path}: operator {Math.Max(old, builtin)} {custom} version {version}");
    }

    private string Buffer(int index)
    {
        int buffers = Follow(Slot(_root, 4));
        int buffer = Follow(buffers + 4 + (index * 4));
        if (Slot(buffer, 1) is > 0 and int o && BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(o)) is > 1 and long offset)
        {
            return Digest(_bytes.AsSpan((int)offset, (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(Slot(buffer, 2)))));
        }

        int slot = Slot(buffer, 0);
        return slot == 0 ? "none" : Digest(_bytes.AsSpan(Follow(slot) + 4, U32(Follow(slot))));
    }

    private static string Digest(ReadOnlySpan<byte> content) => content.Length == 0 ? "none" : $"{content.Length} bytes {Convert.ToHexString(SHA256.HashData(content))}";

    private int Slot(int table, int id)
    {
        int vtable = table - BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(table));
        int at = 4 + (id * 2);
        int offset = at < BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(vtable)) ? BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(vtable + at)) : 0;
        return offset == 0 ? 0 : table + offset;
    }

    private double Scalar(FlatKind kind, int at) => kind switch
    {
        FlatKind.Bool or FlatKind.UInt8 => _bytes[at],
        FlatKind.Int8 => (sbyte)_bytes[at],
        FlatKind.Float32 => BinaryPrimitives.ReadSingleLittleEndian(_bytes.AsSpan(at)),
        FlatKind.Int64 or FlatKind.UInt64 => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at)),
        _ => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at)),
    };

    private int Follow(int place) => place + U32(place);

    private int U32(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));

    private string Text(int at) => Encoding.UTF8.GetString(_bytes, at + 4, U32(at));
}
