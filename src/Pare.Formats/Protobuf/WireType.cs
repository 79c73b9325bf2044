namespace Pare.Formats.Protobuf;

/// <summary>Wire types of protocol buffers (encoding specification, "Message Structure").</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
