using System.Buffers.Binary;
using System.Text;

namespace Pare.Formats.Protobuf;

/// <summary>
/// Walks the fields of a protocol buffers message over memory: nothing is copied, a field is a slice, an unknown field a range. Every length is checked
/// against what is there before it is used. Source: the protocol buffers encoding specification.
/// </summary>
internal ref struct WireReader
{
    /// <summary>Messages inside messages that a reader follows; deeper files are refused.</summary>
    public const int MaxDepth = 100;

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private readonly string _format;
    private int _fieldStart;

    /// <param name="memory">The message.</param>
    /// <param name="format">What errors call the format.</param>
    /// <param name="offset">Where in the file the message starts, for errors.</param>
    public WireReader(ReadOnlyMemory<byte> memory, string format, long offset = 0)
    {
        _memory = memory;
        _span = memory.Span;
        _format = format;
        Offset = offset;
    }

    /// <summary>Where in the file the message starts.</summary>
    public long Offset { get; }

    /// <summary>The whole message.</summary>
    public readonly ReadOnlyMemory<byte> Whole => _memory;

    /// <summary>Position within the message.</summary>
    public int Position { get; private set; }

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Wire type of the current field.</summary>
    public WireType Type { get; private set; }

    /// <summary>Where in the file the current field starts, its tag included.</summary>
    public readonly long FieldOffset => Offset + _fieldStart;

    /// <summary>Goes to the next field; its value must then be read or skipped.</summary>
    public bool Next()
    {
        if (Position >= _span.Length)
        {
            return false;
        }

        _fieldStart = Position;
        ulong tag = RawVarint();
        ulong field = tag >> 3;
        if (field is 0 or > 536870911 || (tag & 7) > 5)
        {
            throw Error($"0x{tag:x} is no field tag");
        }

        Field = (int)field;
        Type = (WireType)(tag & 7);
        return true;
    }

    /// <summary>The current field's varint.</summary>
    public ulong Varint()
    {
        Expect(WireType.Varint);
        return RawVarint();
    }

    /// <summary>The current field's varint as a signed integer (int32, int64, enum: two's complement).</summary>
    public long Int64() => unchecked((long)Varint());

    /// <summary>The current field's varint as a signed 32-bit integer (the upper bits are cut off, as the specification says).</summary>
    public int Int32() => unchecked((int)Varint());

    /// <summary>The current field's varint as a truth value.</summary>
    public bool Boolean() => Varint() != 0;

    /// <summary>The current field's 32 bits.</summary>
    public uint Fixed32()
    {
        Expect(WireType.Fixed32);
        return RawFixed32();
    }

    /// <summary>The current field's 64 bits.</summary>
    public ulong Fixed64()
    {
        Expect(WireType.Fixed64);
        return RawFixed64();
    }

    /// <summary>The current field's binary32.</summary>
    public float Float() => BitConverter.UInt32BitsToSingle(Fixed32());

    /// <summary>The current field's binary64.</summary>
    public double Double() => BitConverter.UInt64BitsToDouble(Fixed64());

    /// <summary>The current field's bytes, as a slice.</summary>
    public ReadOnlyMemory<byte> Bytes()
    {
        Expect(WireType.Bytes);
        return RawBytes();
    }

    /// <summary>The current field's text.</summary>
    /// <exception cref="ModelFormatException">The bytes are not UTF-8.</exception>
    public string Text()
    {
        ReadOnlyMemory<byte> bytes = Bytes();
        try
        {
            return s_utf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFormatException(_format, $"field {Field} is text, but its bytes are not UTF-8", FieldOffset, innerException: e);
        }
    }

    /// <summary>A reader of the current field's message.</summary>
    public WireReader Message()
    {
        ReadOnlyMemory<byte> bytes = Bytes();
        return new WireReader(bytes, _format, Offset + Position - bytes.Length);
    }

    /// <summary>Passes over the current field.</summary>
    /// <returns>The whole field with its tag, as it stands in the file.</returns>
    public ReadOnlyMemory<byte> Skip()
    {
        switch (Type)
        {
            case WireType.Varint:
                RawVarint();
                break;
            case WireType.Fixed64:
                RawFixed64();
                break;
            case WireType.Bytes:
                RawBytes();
                break;
            case WireType.Fixed32:
                RawFixed32();
                break;
            case WireType.StartGroup:
                SkipGroup();
                break;
            default:
                throw Error($"group {Field} ends without having begun");
        }

        return _memory[_fieldStart..Position];
    }

    /// <summary>The next number where the memory holds packed varints rather than fields.</summary>
    /// <returns>False at the end.</returns>
    public bool NextPacked(out ulong value)
    {
        bool more = Position < _span.Length;
        value = more ? RawVarint() : 0;
        return more;
    }

    /// <summary>The next value where the memory holds packed values of a wire type (varint or fixed) rather than fields.</summary>
    /// <returns>False at the end.</returns>
    public bool NextPacked(WireType type, out ulong value)
    {
        bool more = Position < _span.Length;
        value = !more ? 0 : type switch { WireType.Fixed32 => RawFixed32(), WireType.Fixed64 => RawFixed64(), _ => RawVarint() };
        return more;
    }

    /// <summary>The fields inside the current group, its tags excluded.</summary>
    public ReadOnlyMemory<byte> Group()
    {
        Expect(WireType.StartGroup);
        int start = Position;
        SkipGroup();
        int end = Position;

        // The closing tag may be an over-long varint: walk back over its bytes.
        do
        {
            end--;
        }
        while (end > start && _span[end - 1] >= 128);

        return _memory[start..end];
    }

    /// <summary>Appends the current field's integers, whether packed or single.</summary>
    public void Int64s(List<long> values)
    {
        if (Type == WireType.Bytes)
        {
            WireReader packed = Packed();
            while (packed.Position < packed._span.Length)
            {
                values.Add(unchecked((long)packed.RawVarint()));
            }
        }
        else
        {
            values.Add(Int64());
        }
    }

    /// <summary>Appends the current field's binary32 values, whether packed or single.</summary>
    public void Floats(List<float> values)
    {
        if (Type == WireType.Bytes)
        {
            WireReader packed = Packed();
            packed.CheckWhole(4);
            while (packed.Position < packed._span.Length)
            {
                values.Add(BitConverter.UInt32BitsToSingle(packed.RawFixed32()));
            }
        }
        else
        {
            values.Add(Float());
        }
    }

    /// <summary>Appends the current field's binary64 values, whether packed or single.</summary>
    public void Doubles(List<double> values)
    {
        if (Type == WireType.Bytes)
        {
            WireReader packed = Packed();
            packed.CheckWhole(8);
            while (packed.Position < packed._span.Length)
            {
                values.Add(BitConverter.UInt64BitsToDouble(packed.RawFixed64()));
            }
        }
        else
        {
            values.Add(Double());
        }
    }

    /// <summary>An error at the current field.</summary>
    public readonly ModelFormatException Error(string message) => new(_format, message, FieldOffset);

    private static readonly UTF8Encoding s_utf8 = new(false, true);

    private WireReader Packed()
    {
        ReadOnlyMemory<byte> bytes = RawBytes();
        return new WireReader(bytes, _format, Offset + Position - bytes.Length);
    }

    private readonly void CheckWhole(int size)
    {
        if (_span.Length % size != 0)
        {
            throw Error($"{_span.Length} bytes are no whole number of {size}-byte values");
        }
    }

    private readonly void Expect(WireType type)
    {
        if (Type != type)
        {
            throw Error($"field {Field} has wire type {(int)Type} ({Type}), expected {(int)type} ({type})");
        }
    }

    private ulong RawVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (Position >= _span.Length)
            {
                throw Error("the data ends within a number");
            }

            byte b = _span[Position++];
            if (shift < 64)
            {
                value |= (ulong)(b & 127) << shift;
            }

            if (b < 128)
            {
                return value;
            }
        }

        throw Error("a number takes more than 10 bytes");
    }

    private uint RawFixed32()
    {
        if (_span.Length - Position < 4)
        {
            throw Error("the data ends within a 4-byte value");
        }

        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_span[Position..]);
        Position += 4;
        return value;
    }

    private ulong RawFixed64()
    {
        if (_span.Length - Position < 8)
        {
            throw Error("the data ends within an 8-byte value");
        }

        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_span[Position..]);
        Position += 8;
        return value;
    }

    private ReadOnlyMemory<byte> RawBytes()
    {
        ulong length = RawVarint();
        if (length > (ulong)(_span.Length - Position))
        {
            throw Error($"field {Field} claims {length} bytes, but only {_span.Length - Position} are left");
        }

        ReadOnlyMemory<byte> bytes = _memory.Slice(Position, (int)length);
        Position += (int)length;
        return bytes;
    }

    // Groups are obsolete but legal; depth is counted, not recursed.
    private void SkipGroup()
    {
        Stack<int> open = new();
        open.Push(Field);
        while (open.Count > 0)
        {
            if (open.Count > MaxDepth)
            {
                throw Error($"more than {MaxDepth} groups inside each other");
            }

            if (Position >= _span.Length)
            {
                throw Error("the data ends within a group");
            }

            ulong tag = RawVarint();
            int field = (int)(tag >> 3);
            switch ((WireType)(tag & 7))
            {
                case WireType.Varint:
                    RawVarint();
                    break;
                case WireType.Fixed64:
                    RawFixed64();
                    break;
                case WireType.Bytes:
                    RawBytes();
                    break;
                case WireType.Fixed32:
                    RawFixed32();
                    break;
                case WireType.StartGroup:
                    open.Push(field);
                    break;
                case WireType.EndGroup:
                    if (open.Pop() != field)
                    {
                        throw Error($"group {field} ends without having begun");
                    }

                    break;
                default:
                    throw Error($"0x{tag:x} is no field tag");
            }
        }
    }
}
