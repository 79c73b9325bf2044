namespace Pare.Codecs;

/// <summary>Adds up what decisions would cost.</summary>
internal struct BinaryMeter : IBinaryCoder
{
    private static readonly float[] s_bits = MakeBits();

    /// <summary>Bits so far.</summary>
    public double Bits { get; private set; }

    /// <summary>Bits of a decision whose probability is given in 65,536ths.</summary>
    public static float Cost(int probability) => s_bits[probability];

    public int Code(int bit, int one)
    {
        Bits += Cost(bit != 0 ? one : 65536 - one);
        return bit;
    }

    private static float[] MakeBits()
    {
        float[] bits = new float[65537];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = -MathF.Log2(Math.Max(i, 0.5f) / 65536);
        }

        return bits;
    }
}
