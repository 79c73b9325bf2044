namespace Pare.Formats.Packed;

/// <summary>A run of bytes that stood earlier in the file.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Distance">How far back its source starts.</param>
/// <param name="Period">Bytes after which it starts again at its source.</param>
internal readonly record struct RepeatRun(long Start, long Length, long Distance, long Period)
{
    public long End => Start + Length;
}
