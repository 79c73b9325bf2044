namespace Pare.Formats.FlatBuffers;

/// <summary>Facts about <see cref="FlatKind"/>s.</summary>
internal static class FlatKinds
{
    /// <summary>Bytes that a value takes where it stands; offsets take 4.</summary>
    public static int Size(this FlatKind kind) => kind switch
    {
        FlatKind.Bool or FlatKind.Int8 or FlatKind.UInt8 => 1,
        FlatKind.Int16 or FlatKind.UInt16 => 2,
        FlatKind.Int64 or FlatKind.UInt64 => 8,
        _ => 4,
    };

    /// <summary>Whether the value stands in place rather than behind an offset.</summary>
    public static bool IsScalar(this FlatKind kind) => kind <= FlatKind.Float32;
}
