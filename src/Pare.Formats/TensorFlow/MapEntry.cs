using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>An entry of a <c>map&lt;string, Message&gt;</c>: field 1 the key, field 2 the value. The last key counts, values are merged.</summary>
internal readonly record struct MapEntry(ReadOnlyMemory<byte> Key, long KeyOffset, ReadOnlyMemory<byte> Value, long ValueOffset)
{
    public static MapEntry Read(ref WireReader entry)
    {
        ReadOnlyMemory<byte> key = default;
        long keyOffset = entry.Offset, valueOffset = entry.Offset;
        RawFields value = default;
        while (entry.Next())
        {
            if (entry.Field == 1)
            {
                key = entry.Bytes();
                keyOffset = entry.FieldOffset;
            }
            else if (entry.Field == 2)
            {
                ReadOnlyMemory<byte> part = entry.Bytes();
                valueOffset = entry.Offset + entry.Position - part.Length;
                value.Add(part);
            }
            else
            {
                entry.Skip();
            }
        }

        return new MapEntry(key, keyOffset, value.ToMemory(), valueOffset);
    }
}
