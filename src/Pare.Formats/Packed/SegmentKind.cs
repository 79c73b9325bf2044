namespace Pare.Formats.Packed;

/// <summary>What a run of the unpacked file is made of. The numbers stand in files.</summary>
internal enum SegmentKind
{
    /// <summary>Bytes of the first stream.</summary>
    Structure = 0,

    /// <summary>Bytes of another stream.</summary>
    Bytes = 1,

    /// <summary>Bytes that stand earlier in the file.</summary>
    Copy = 2,

    /// <summary>Whole numbers: the low bytes of symbols.</summary>
    Integers = 3,

    /// <summary>Entries of a table that symbols point to.</summary>
    Palette = 4,

    /// <summary>Float values: symbols times a step and factors.</summary>
    Coded = 5,

    /// <summary>Float values: exponents as symbols, the other bits as they are.</summary>
    Floats = 6,
}
