namespace Pare.Formats;

/// <summary>
/// Factors along one axis of a <see cref="CodedTensor"/>, each a power of two in quarter steps: element i is multiplied by 2^(k/4) with k =
/// exponents[(i / stride) mod n], n being their number. So row and column steps of any layout can be told. Immutable and thread-safe.
/// </summary>
public sealed class AxisScale
{
    private static readonly float[] s_quarters = [1f, 1.1892071f, 1.4142135f, 1.6817929f];

    private readonly sbyte[] _exponents;

    /// <summary>Describes factors.</summary>
    /// <param name="stride">Elements between neighbours along the axis, in the flat (row-major) tensor.</param>
    /// <param name="exponents">Quarter powers of two along the axis, at least one.</param>
    public AxisScale(int stride, ReadOnlySpan<sbyte> exponents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfZero(exponents.Length, nameof(exponents));
        Stride = stride;
        _exponents = exponents.ToArray();
    }

    /// <summary>Elements between neighbours along the axis.</summary>
    public int Stride { get; }

    /// <summary>Quarter powers of two.</summary>
    public ReadOnlySpan<sbyte> Exponents => _exponents;

    /// <summary>The factor 2^(k/4), rounded to binary32 as every decoder has it.</summary>
    public static float Factor(int quarters) => s_quarters[quarters & 3] * MathF.ScaleB(1, quarters >> 2);

    /// <summary>The nearest k of a factor, -128 to 127.</summary>
    /// <param name="factor">A positive factor.</param>
    public static sbyte Nearest(float factor) => (sbyte)Math.Clamp(Math.Round(4 * Math.Log2(factor)), sbyte.MinValue, sbyte.MaxValue);

    /// <summary>The factor of an element.</summary>
    /// <param name="index">The element's index in the flat tensor.</param>
    public float FactorAt(long index) => Factor(_exponents[index / Stride % _exponents.Length]);

    /// <summary>Fills in the exponents, which stand elsewhere in the file, before anybody sees them.</summary>
    internal void Fill(ReadOnlySpan<byte> exponents)
    {
        for (int k = 0; k < _exponents.Length; k++)
        {
            _exponents[k] = (sbyte)exponents[k];
        }
    }
}
