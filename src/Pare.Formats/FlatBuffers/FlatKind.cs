namespace Pare.Formats.FlatBuffers;

/// <summary>What a field of a table holds, or an element of a vector.</summary>
internal enum FlatKind
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>8-bit signed integer.</summary>
    Int8,

    /// <summary>8-bit unsigned integer.</summary>
    UInt8,

    /// <summary>16-bit signed integer.</summary>
    Int16,

    /// <summary>16-bit unsigned integer.</summary>
    UInt16,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>32-bit unsigned integer.</summary>
    UInt32,

    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>64-bit unsigned integer.</summary>
    UInt64,

    /// <summary>binary32.</summary>
    Float32,

    /// <summary>UTF-8 text, by offset.</summary>
    String,

    /// <summary>Another table, by offset.</summary>
    Table,

    /// <summary>One of several tables, by offset; its number lies in the field before.</summary>
    Union,
}
