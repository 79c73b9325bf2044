namespace Pare.Codecs;

/// <summary>
/// What symbols cost, learned by a dry run of the coder over them: for rate-distortion optimisation, which asks what another symbol at a position would cost
/// while its neighbours stay as they were. A symbol's bits are <see cref="Zero"/> or <see cref="NonZero"/> of its position plus, if it is not zero,
/// one bit for the sign and <see cref="MagnitudeBits"/>. All arrays are in the flat order of the tensor. Immutable and thread-safe.
/// </summary>
public sealed class SymbolCosts
{
    private readonly float[] _zero;
    private readonly float[] _nonZero;
    private readonly byte[] _classes;
    private readonly float[] _magnitudes;

    internal SymbolCosts(float[] zero, float[] nonZero, byte[] classes, float[] magnitudes, int classCount, double totalBits)
    {
        (_zero, _nonZero, _classes, _magnitudes) = (zero, nonZero, classes, magnitudes);
        ClassCount = classCount;
        TotalBits = totalBits;
    }

    /// <summary>Magnitudes with a tabulated cost: 1 to this; larger ones are continued linearly by <see cref="MagnitudeBits"/>.</summary>
    public const int TabulatedMagnitudes = 63;

    /// <summary>Bits of "zero" at each position.</summary>
    public ReadOnlySpan<float> Zero => _zero;

    /// <summary>Bits of "not zero" at each position, without sign and magnitude.</summary>
    public ReadOnlySpan<float> NonZero => _nonZero;

    /// <summary>Which magnitude table serves each position.</summary>
    public ReadOnlySpan<byte> Classes => _classes;

    /// <summary>Number of magnitude tables.</summary>
    public int ClassCount { get; }

    /// <summary>Bits of all symbols as they were in the dry run.</summary>
    public double TotalBits { get; }

    /// <summary>Bits of magnitudes 0 to <see cref="TabulatedMagnitudes"/> in a class, given that the symbol is not zero (the entry of magnitude 0 is 0).</summary>
    public ReadOnlySpan<float> Magnitudes(int magnitudeClass) => _magnitudes.AsSpan(magnitudeClass * (TabulatedMagnitudes + 1), TabulatedMagnitudes + 1);

    /// <summary>Bits of a magnitude in a class, given that the symbol is not zero.</summary>
    /// <param name="magnitudeClass">See <see cref="Classes"/>.</param>
    /// <param name="magnitude">From 1.</param>
    public float MagnitudeBits(int magnitudeClass, int magnitude)
    {
        ReadOnlySpan<float> table = Magnitudes(magnitudeClass);
        return magnitude <= TabulatedMagnitudes
            ? table[magnitude]
            : table[TabulatedMagnitudes] + (magnitude - TabulatedMagnitudes) * Math.Max(0.001f, (table[TabulatedMagnitudes] - table[TabulatedMagnitudes / 2]) / (TabulatedMagnitudes / 2 + 1));
    }

    /// <summary>Bits of a symbol at a position.</summary>
    /// <param name="position">Flat index in the tensor.</param>
    /// <param name="symbol">The symbol.</param>
    public float Bits(int position, int symbol) =>
        symbol == 0 ? _zero[position] : _nonZero[position] + 1 + MagnitudeBits(_classes[position], symbol == int.MinValue ? int.MaxValue : Math.Abs(symbol));
}
