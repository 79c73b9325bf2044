namespace Pare.Formats.Protobuf;

/// <summary>A field of a message.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name in the text form.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Repeated">Whether it may stand several times.</param>
/// <param name="Message">Its message type, where it is one; asked for late, since types refer to each other.</param>
/// <param name="Names">The names of its enumeration, where it is one.</param>
/// <param name="InOneof">Whether it is a member of the message's oneof, of which the last counts.</param>
internal sealed record ProtoField(int Number, string Name, ProtoKind Kind, bool Repeated = false, Func<ProtoMessage>? Message = null, ProtoEnumeration? Names = null, bool InOneof = false)
{
    /// <summary>The wire type of a single value.</summary>
    public WireType Wire => Kind switch
    {
        ProtoKind.Float => WireType.Fixed32,
        ProtoKind.Double or ProtoKind.Fixed64 => WireType.Fixed64,
        ProtoKind.Bytes or ProtoKind.Message => WireType.Bytes,
        _ => WireType.Varint,
    };
}
