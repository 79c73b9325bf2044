namespace Pare.Formats.Packed;

/// <summary>How much time the choice among codecs may take, so that packing keeps up with a megabyte a second whatever the model is made of.</summary>
/// <param name="Quick">Whether the file is too large for anything but samples.</param>
/// <param name="Sample">Bytes of an array on which context mixing is tried.</param>
/// <param name="Gain">What context mixing must leave of what a faster codec leaves to be taken.</param>
internal sealed record PackEffort(bool Quick, int Sample, double Gain)
{
    // Above this many bytes of numbers the fast codecs are taken, which reach nearly the same.
    private const long QuickFrom = 1 << 24;

    // Bytes tried by context mixing in all, which takes some four seconds a megabyte.
    private const int Tried = 1 << 18;
    private const long MixedFrom = 1 << 21;

    public static PackEffort For(List<PackPiece> pieces)
    {
        List<PackPiece> numbers = pieces.FindAll(p => p.Kind == PieceKind.Numbers && p.Coded is null);
        List<PackPiece> small = numbers.FindAll(p => p.Width <= 2 && p.Length >= PieceChooser.Small);
        return new PackEffort(
            numbers.Sum(p => p.Length) > QuickFrom,
            Math.Clamp(Tried / Math.Max(1, small.Count), 1 << 12, 1 << 15),
            small.Sum(p => p.Length) > MixedFrom ? 0.95 : 0.99);
    }
}
