using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pare.Codecs;

/// <summary>
/// Predicts binary decisions: each of <see cref="Inputs"/> contexts owns slots of adaptive probabilities; their log-odds, scaled by how often a slot was seen,
/// are summed with weights that are trained online, and the logistic function makes a probability of the sum (logistic mixing, as in the PAQ family). Integers
/// only: every product fits in 32 bits. The eight contexts of a decision are one vector; not thread-safe.
/// </summary>
internal sealed unsafe class MixingModel
{
    /// <summary>Contexts of a decision.</summary>
    public const int Inputs = 8;

    private const int CountLimit = 255;
    private const int Half = 1 << 21;
    private const int WeightLimit = 1 << 18;

    // A little more than an eighth, since the inputs are drawn to zero while they know little.
    private const int InitialWeight = 13000;

    private static readonly int[] s_rates = Lookup.Pinned(CountLimit + 1, n => 131072 / (2 * n + 5));

    // Log-odds of slots seldom seen count for less.
    private static readonly int[] s_confidence = Lookup.Pinned(CountLimit + 1, n => 64 * n / (n + 1));

    // A slot: probability of 22 bits above a count of 8.
    private readonly int[] _slots;
    private readonly int[] _weights;
    private readonly int[] _seen;

    /// <summary>Creates a model that knows nothing.</summary>
    /// <param name="slots">Slots in all.</param>
    /// <param name="weightSets">Sets of mixing weights.</param>
    public MixingModel(int slots, int weightSets)
    {
        _slots = GC.AllocateUninitializedArray<int>(slots, pinned: true);
        _weights = GC.AllocateUninitializedArray<int>(weightSets * Inputs, pinned: true);
        _seen = new int[weightSets];
        Reset();
    }

    /// <summary>Probability of 1 in 65,536ths that the decision last coded was given.</summary>
    public int LastOne { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Array.Fill(_slots, Half << 8);
        Array.Fill(_weights, InitialWeight);
        Array.Clear(_seen);
    }

    /// <summary>Takes over what another model of the same size knows.</summary>
    public void CopyFrom(MixingModel other)
    {
        other._slots.CopyTo(_slots, 0);
        other._weights.CopyTo(_weights, 0);
        other._seen.CopyTo(_seen, 0);
    }

    /// <summary>Codes a decision and learns from it.</summary>
    /// <param name="coder">Where it goes or comes from.</param>
    /// <param name="bit">The decision, when encoding.</param>
    /// <param name="places">Its slots, one a context, all different and within the model.</param>
    /// <param name="weightSet">Which weights to mix with.</param>
    public int Code<TCoder>(ref TCoder coder, int bit, Vector256<int> places, int weightSet)
        where TCoder : struct, IBinaryCoder
    {
        int* slots = Lookup.Start(_slots);
        int* weights = Lookup.Start(_weights) + weightSet * Inputs;
        Vector256<int> now = Lookup.Gather(_slots, places);
        Vector256<int> counts = now & Vector256.Create(CountLimit);
        Vector256<int> x = (Lookup.Gather(Lookup.Stretch, now >>> 18) * Lookup.Gather(s_confidence, counts)) >> 6;
        Vector256<int> w = Vector256.Load(weights);
        int one = Logistic.Squash(Vector256.Sum((x * w) >> 8) >> 8);
        LastOne = one;
        bit = coder.Code(bit, one);

        int seen = _seen[weightSet];
        int rate = 3 + 24 / (1 + (seen >> 5));
        _seen[weightSet] = Math.Min(seen + 1, 4096);
        Vector256<int> delta = ((x * ((bit << 16) - one)) >> 10) * rate;
        w = Clamp(w + ((delta + Vector256.Create(1 << 6)) >> 7), -WeightLimit, WeightLimit);
        w.Store(weights);

        Vector256<int> p = Vector256.ConditionalSelect(Vector256.Equals(counts, Vector256<int>.Zero), Vector256.Create(one << 6), now >>> 8);
        p += (((Vector256.Create(bit << 22) - p) >> 7) * Lookup.Gather(s_rates, counts)) >> 9;
        now = Clamp(p, 32, (1 << 22) - 32) << 8 | Vector256.Min(counts + Vector256<int>.One, Vector256.Create(CountLimit));
        for (int k = 0; k < Inputs; k++)
        {
            slots[places.GetElement(k)] = now.GetElement(k);
        }

        return bit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Clamp(Vector256<int> v, int low, int high) => Vector256.Min(Vector256.Max(v, Vector256.Create(low)), Vector256.Create(high));
}
