namespace Pare.Formats.FlatBuffers;

/// <summary>A text or a vector of scalars to be written, wherever behind the tables there is room, with all the places that lead to it.</summary>
/// <param name="Bytes">Its length, the elements, and for a text the final zero.</param>
/// <param name="Alignment">What the first element is aligned to, 4 bytes behind the start.</param>
internal sealed record FlatLeaf(byte[] Bytes, int Alignment)
{
    /// <summary>Places of the offsets that lead to it.</summary>
    public List<int> Places { get; } = [];
}
