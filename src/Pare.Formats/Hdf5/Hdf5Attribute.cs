using System.Text;

namespace Pare.Formats.Hdf5;

/// <summary>An attribute of a group or dataset. Contents are read when asked for.</summary>
internal sealed class Hdf5Attribute
{
    private const int MaxTexts = 1 << 20;
    private readonly Hdf5Bytes _bytes;
    private readonly Hdf5Datatype _type;
    private readonly TensorShape _shape;
    private readonly long _data;

    private Hdf5Attribute(Hdf5Bytes bytes, string name, Hdf5Datatype type, TensorShape shape, long data)
    {
        _bytes = bytes;
        Name = name;
        _type = type;
        _shape = shape;
        _data = data;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Reads an attribute's description at an address.</summary>
    public static Hdf5Attribute Read(Hdf5Bytes bytes, long at)
    {
        int version = bytes.Byte(at);
        if (version is < 1 or > 3)
        {
            bytes.Fail(at, $"an attribute is of version {version}; known are 1 to 3");
        }

        int flags = version == 1 ? 0 : bytes.Byte(at + 1);
        int nameSize = bytes.UInt16(at + 2);
        int typeSize = bytes.UInt16(at + 4);
        int spaceSize = bytes.UInt16(at + 6);
        long name = at + (version == 3 ? 9 : 8);
        int step = version == 1 ? 8 : 1;
        long type = name + Padded(nameSize, step);
        long space = type + Padded(typeSize, step);
        long data = space + Padded(spaceSize, step);
        string text = Encoding.UTF8.GetString(bytes.Slice(name, nameSize, "an attribute's name").TrimEnd((byte)0));
        long typeAt = (flags & 1) != 0 ? Hdf5Header.Shared(bytes, Hdf5Message.Datatype, type, 0).At : type;
        long spaceAt = (flags & 2) != 0 ? Hdf5Header.Shared(bytes, Hdf5Message.Dataspace, space, 0).At : space;
        return new Hdf5Attribute(bytes, text, Hdf5Datatype.Read(bytes, typeAt), Hdf5Dataspace.Read(bytes, spaceAt), data);
    }

    /// <summary>The texts it holds, fixed or variable length, UTF-8.</summary>
    /// <exception cref="ModelFormatException">It holds no texts, or they lie outside the file.</exception>
    public IReadOnlyList<string> Texts() => [.. RawTexts().Select(t => Encoding.UTF8.GetString(t.Span))];

    /// <summary>The single text it holds, as bytes in place.</summary>
    public ReadOnlyMemory<byte> RawText() => RawTexts() is [var single] ? single : throw _bytes.Damaged(_data, $"the attribute '{Name}' holds {_shape.Count} texts; one was expected");

    private List<ReadOnlyMemory<byte>> RawTexts()
    {
        if (_shape.Count == 0)
        {
            return [];
        }

        if (!_type.IsText && !_type.IsVariableText)
        {
            throw _bytes.Damaged(_data, $"the attribute '{Name}' holds no text");
        }

        int size = _type.IsText ? _type.Size : 8 + _bytes.OffsetSize;
        if (_shape.Count > MaxTexts || size == 0)
        {
            throw _bytes.Damaged(_data, $"the attribute '{Name}' claims {_shape.Count} texts of {size} bytes");
        }

        _ = _bytes.Slice(_data, _shape.Count * size, $"the attribute '{Name}'");
        List<ReadOnlyMemory<byte>> texts = [];
        for (int i = 0; i < _shape.Count; i++)
        {
            long at = _data + ((long)i * size);
            texts.Add(_type.IsText ? Trim(_bytes.Memory(at, size, "a text")) : Variable(at));
        }

        return texts;
    }

    private ReadOnlyMemory<byte> Variable(long at)
    {
        long length = _bytes.UInt32(at);
        if (length == 0)
        {
            return default;
        }

        ReadOnlyMemory<byte> content = GlobalHeap.Find(_bytes, _bytes.Address(at + 4, "a text"), _bytes.UInt32(at + 4 + _bytes.OffsetSize));
        return length <= content.Length ? Trim(content[..(int)length]) : throw _bytes.Damaged(at, $"a text of the attribute '{Name}' should have {length} bytes, found {content.Length}");
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> text)
    {
        int end = text.Span.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private static long Padded(int size, int step) => (size + step - 1) / step * step;
}
