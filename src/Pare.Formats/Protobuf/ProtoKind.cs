namespace Pare.Formats.Protobuf;

/// <summary>Types of message fields, as far as the text form needs to tell them apart.</summary>
internal enum ProtoKind
{
    /// <summary>int32 and int64: varints in two's complement.</summary>
    Signed,

    /// <summary>uint32 and uint64.</summary>
    Unsigned,

    /// <summary>bool.</summary>
    Boolean,

    /// <summary>An enumeration, by name or number.</summary>
    Enumeration,

    /// <summary>float.</summary>
    Float,

    /// <summary>double.</summary>
    Double,

    /// <summary>fixed64.</summary>
    Fixed64,

    /// <summary>string and bytes.</summary>
    Bytes,

    /// <summary>A message.</summary>
    Message,
}
