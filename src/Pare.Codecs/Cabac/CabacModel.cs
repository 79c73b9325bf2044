namespace Pare.Codecs;

/// <summary>
/// Binarisation and contexts of DeepCABAC (ISO 15938-17): significance by the sign of the weight before (and by the quantizer, if it is a trellis'), sign by that
/// sign too, ten "greater than" flags by the sign, then an exponential Golomb code whose prefix is adaptive.
/// </summary>
internal static class CabacModel
{
    public const int Flags = 10;
    public const int Significance = 0;
    public const int Sign = Significance + 6;
    public const int Greater = Sign + 3;
    public const int Prefix = Greater + 2 * Flags;
    public const int Count = Prefix + 32;

    /// <summary>Plain bits are coded as many at a time, at most.</summary>
    public const int PlainBits = 8;

    /// <summary>How fast the two estimates learn, for each rate class.</summary>
    public static (int Fast, int Slow) Rates(int rateClass) => rateClass switch { 0 => (4, 7), 1 => (5, 8), 2 => (3, 6), _ => (5, 10) };
}
