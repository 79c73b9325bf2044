namespace Pare.Passes.Conversion;

/// <summary>
/// Logistic function and hyperbolic tangent of 16-bit codes as the runtime's kernels give them: sigmoid(i/24), i below 256, in units of 2^-16, with straight lines between. Source:
/// integer_ops/logistic.h and tanh.h of LiteRT.
/// </summary>
internal static class SigmoidTable
{
    private const int Entries = 256;

    private static readonly int[] s_table = [.. Enumerable.Range(0, Entries).Select(i => (int)Math.Min(65535, Math.Round(65536 / (1 + Math.Exp(-i / 24.0)))))];

    /// <summary>The results for all codes, from the smallest.</summary>
    /// <param name="scale">Scale of the codes; their zero point is 0.</param>
    /// <param name="tanh">Whether the hyperbolic tangent is wanted.</param>
    public static float[] Codes(float scale, bool tanh)
    {
        (int multiplier, int shift) = Multiplier(scale);
        int round = shift > 0 ? 1 << (shift - 1) : 0;
        float[] codes = new float[1 << 16];
        for (int i = 0; i < codes.Length; i++)
        {
            int x = (((i - 32768) * multiplier) + round) >> shift;
            codes[i] = tanh ? Tanh(x) : Logistic(x);
        }

        return codes;
    }

    // To units of 1/(3·4096); scales 2^-12 and 2^-11 without rounding.
    private static (int Multiplier, int Shift) Multiplier(float scale)
    {
        if (scale is 1f / 4096 or 1f / 2048)
        {
            return (scale == 1f / 4096 ? 3 : 6, 0);
        }

        double factor = (double)scale * 4096 * 3;
        int shift = 0;
        while (factor <= 32767.0 / 2 && shift <= 30)
        {
            shift++;
            factor *= 2;
        }

        return ((int)factor, shift);
    }

    private static int Tanh(int x)
    {
        int magnitude = Math.Abs(x);
        int high = magnitude >> 8;
        int y = high >= Entries - 1 ? 0xFFFF << 8 : (s_table[high] << 8) + ((magnitude & 0xFF) * (s_table[high + 1] - s_table[high]));
        return (x >= 0 ? y - (1 << 23) + (1 << 7) : -y + (1 << 23) + (1 << 7) - 1) >> 8;
    }

    private static int Logistic(int x)
    {
        int magnitude = Math.Abs(x);
        int high = magnitude >> 9;
        int y = high >= Entries - 1 ? 0x7FFF << 10 : (s_table[high] << 9) + ((magnitude & 0x1FF) * (s_table[high + 1] - s_table[high]));
        return (x >= 0 ? y + (1 << 9) : (1 << 25) - y + (1 << 9) - 1) >> 10;
    }
}
