using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>
/// A weight tensor as integer codes: <c>weight = code · Step (· row scale) (· column scale)</c>, each product rounded to binary32. Immutable by convention.
/// </summary>
public sealed record CodedWeight
{
    private static readonly float[] Quarters = [1f, 1.1892071f, 1.4142135f, 1.6817929f];

    /// <summary>One code for each element, in the tensor's order.</summary>
    public required int[] Codes { get; init; }

    /// <summary>How the elements lie, for the coder.</summary>
    public required SymbolLayout Layout { get; init; }

    /// <summary>The step of the whole tensor, of 8 significant bits.</summary>
    public required float Step { get; init; }

    /// <summary>For each input channel (see <see cref="LinearLayer.RowChannel"/>) the exponent k of its scale <c>2^(k/4)</c>; null where all are 0.</summary>
    public int[]? RowExponents { get; init; }

    /// <summary>For each output channel the exponent k of its scale <c>2^(k/4)</c>; null where all are 0.</summary>
    public int[]? ColumnExponents { get; init; }

    /// <summary>What the codes stand for, in the tensor's order.</summary>
    public required float[] Values { get; init; }

    /// <summary>The scale 2^(k/4) of an exponent.</summary>
    public static float Scale(int exponent) => Quarters[exponent & 3] * MathF.ScaleB(1, exponent >> 2);

    /// <summary>The nearest step of 8 significant bits.</summary>
    public static float RoundStep(float step)
    {
        uint bits = BitConverter.SingleToUInt32Bits(Math.Clamp(step, 1e-30f, 1e30f));
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
