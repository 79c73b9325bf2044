namespace Pare.Formats.Packed;

/// <summary>A tensor whose dense bytes lie in a file.</summary>
/// <param name="Offset">Where it starts.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Name">The value's name.</param>
internal sealed record LocatedTensor(long Offset, long Length, DataType Type, TensorShape Shape, string Name)
{
    public long End => Offset + Length;

    /// <summary>The codes that it is made of, where it shall be coded by them.</summary>
    public CodedTensor? Coded { get; init; }
}
