namespace Pare.Formats.Protobuf;

/// <summary>Tokens of the text form.</summary>
internal enum TextTokenKind
{
    End,
    Identifier,
    Number,
    String,
    Symbol,
}
