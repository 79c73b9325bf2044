namespace Pare.Codecs;

/// <summary>
/// Predicts binary decisions: each of <see cref="Inputs"/> contexts owns slots of adaptive probabilities; their log-odds, scaled by how often a slot was seen,
/// are summed with weights that are trained online, and the logistic function makes a probability of the sum (logistic mixing, as in the PAQ family). Integers
/// only: every product fits in 32 bits.
/// </summary>
internal sealed class MixingModel
{
    /// <summary>Contexts of a decision.</summary>
    public const int Inputs = 8;

    private const int CountLimit = 255;

    // A little more than an eighth, since the inputs are drawn to zero while they know little.
    private const int InitialWeight = 13000;

    private static readonly ushort[] s_rates = MakeRates();
    private static readonly byte[] s_confidence = MakeConfidence();

    private readonly int[] _probabilities;
    private readonly byte[] _counts;
    private readonly int[] _weights;
    private readonly int[] _seen;
    private readonly int[] _stretched = new int[Inputs];

    /// <summary>Creates a model that knows nothing.</summary>
    /// <param name="slots">Slots in all.</param>
    /// <param name="weightSets">Sets of mixing weights.</param>
    public MixingModel(int slots, int weightSets)
    {
        _probabilities = new int[slots];
        _counts = new byte[slots];
        _weights = new int[weightSets * Inputs];
        _seen = new int[weightSets];
        Reset();
    }

    /// <summary>The slots of the next decision, one a context.</summary>
    public int[] Slots { get; } = new int[Inputs];

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Array.Fill(_probabilities, 1 << 21);
        Array.Clear(_counts);
        Array.Fill(_weights, InitialWeight);
        Array.Clear(_seen);
    }

    /// <summary>Takes over what another model of the same size knows.</summary>
    public void CopyFrom(MixingModel other)
    {
        other._probabilities.CopyTo(_probabilities, 0);
        other._counts.CopyTo(_counts, 0);
        other._weights.CopyTo(_weights, 0);
        other._seen.CopyTo(_seen, 0);
    }

    /// <summary>Codes a decision under the contexts in <see cref="Slots"/> and learns from it.</summary>
    /// <param name="coder">Where it goes or comes from.</param>
    /// <param name="bit">The decision, when encoding.</param>
    /// <param name="weightSet">Which weights to mix with.</param>
    public int Code<TCoder>(ref TCoder coder, int bit, int weightSet)
        where TCoder : struct, IBinaryCoder
    {
        int one = Predict(weightSet);
        bit = coder.Code(bit, one);
        Learn(bit, one, weightSet);
        return bit;
    }

    /// <summary>Probability of 1 under the contexts in <see cref="Slots"/>, in 65,536ths.</summary>
    public int Predict(int weightSet)
    {
        int sum = 0;
        int at = weightSet * Inputs;
        for (int k = 0; k < Inputs; k++)
        {
            int slot = Slots[k];
            int x = (Logistic.Stretch(_probabilities[slot] >> 6) * s_confidence[_counts[slot]]) >> 6;
            _stretched[k] = x;
            sum += (x * _weights[at + k]) >> 8;
        }

        return Logistic.Squash(sum >> 8);
    }

    /// <summary>Learns the outcome of the decision last predicted.</summary>
    public void Learn(int bit, int one, int weightSet)
    {
        int at = weightSet * Inputs;
        int error = (bit << 16) - one;
        int seen = _seen[weightSet];
        int rate = 3 + 24 / (1 + (seen >> 5));
        _seen[weightSet] = Math.Min(seen + 1, 4096);
        int target = bit << 22;
        for (int k = 0; k < Inputs; k++)
        {
            int delta = ((_stretched[k] * error) >> 10) * rate;
            _weights[at + k] = Math.Clamp(_weights[at + k] + ((delta + (1 << 6)) >> 7), -(1 << 18), 1 << 18);
            int slot = Slots[k];
            int count = _counts[slot];
            int p = count == 0 ? one << 6 : _probabilities[slot];
            p += (((target - p) >> 7) * s_rates[count]) >> 9;
            _probabilities[slot] = Math.Clamp(p, 32, (1 << 22) - 32);
            _counts[slot] = (byte)Math.Min(count + 1, CountLimit);
        }
    }

    private static ushort[] MakeRates()
    {
        ushort[] rates = new ushort[CountLimit + 1];
        for (int n = 0; n < rates.Length; n++)
        {
            rates[n] = (ushort)(131072 / (2 * n + 5));
        }

        return rates;
    }

    // Log-odds of slots seldom seen count for less.
    private static byte[] MakeConfidence()
    {
        byte[] confidence = new byte[CountLimit + 1];
        for (int n = 0; n < confidence.Length; n++)
        {
            confidence[n] = (byte)(64 * n / (n + 1));
        }

        return confidence;
    }
}
