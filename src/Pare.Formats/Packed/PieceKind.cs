namespace Pare.Formats.Packed;

/// <summary>What a stretch of a file is.</summary>
internal enum PieceKind
{
    /// <summary>Structure: anything but arrays of numbers.</summary>
    Structure,

    /// <summary>An array of numbers.</summary>
    Numbers,

    /// <summary>Bytes that stood earlier.</summary>
    Repeat,
}
