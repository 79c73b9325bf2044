namespace Pare.Codecs;

/// <summary>
/// The logistic function and its inverse in integers: probabilities in 65,536ths, log-odds in 128ths of a nat between -1,535 and 1,535. Both come from 49
/// constants, 65536 / (1 + exp(-x / 2)) for x = -24 to 24, by linear interpolation, so that every decoder has the same ones.
/// </summary>
internal static class Logistic
{
    /// <summary>Largest log-odds.</summary>
    public const int Limit = 1535;

    private static readonly ushort[] s_squash = MakeSquash();
    private static readonly short[] s_stretch = MakeStretch();

    /// <summary>Log-odds to probability.</summary>
    /// <param name="x">Log-odds; clipped to the limits.</param>
    public static int Squash(int x) => s_squash[(x < -Limit ? -Limit : x > Limit ? Limit : x) + Limit];

    /// <summary>Probability to log-odds.</summary>
    /// <param name="p">In 65,536ths, 0 to 65,535.</param>
    public static int Stretch(int p) => s_stretch[p >> 4];

    /// <summary>The constants.</summary>
    internal static ReadOnlySpan<ushort> Knots =>
    [
        0, 1, 1, 2, 3, 5, 8, 13, 22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743,
        32768,
        40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514, 65523, 65528, 65531, 65533, 65534, 65535, 65535, 65535,
    ];

    private static ushort[] MakeSquash()
    {
        ushort[] table = new ushort[2 * Limit + 1];
        for (int x = -Limit; x <= Limit; x++)
        {
            int at = x + 1536;
            int i = at >> 6;
            int w = at & 63;
            int p = (Knots[i] * (64 - w) + Knots[i + 1] * w + 32) >> 6;
            table[x + Limit] = (ushort)Math.Clamp(p, 1, 65535);
        }

        return table;
    }

    // The log-odds whose probability first reaches the middle of each sixteen.
    private static short[] MakeStretch()
    {
        short[] table = new short[4096];
        int x = -Limit;
        for (int i = 0; i < table.Length; i++)
        {
            while (x < Limit && Squash(x) < 16 * i + 8)
            {
                x++;
            }

            table[i] = (short)x;
        }

        return table;
    }
}
