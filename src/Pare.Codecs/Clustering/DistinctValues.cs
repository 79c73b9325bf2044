using System.Buffers;
using System.Numerics;

namespace Pare.Codecs;

/// <summary>Collects the distinct values of an array with their counts, as long as there are few: clustered and rounded tensors are then clustered exactly.</summary>
internal sealed class DistinctValues
{
    /// <summary>How many distinct values are kept apart.</summary>
    public const int Limit = 4096;

    private const int Slots = 4 * Limit;

    private readonly uint[] _keys = new uint[Slots];
    private readonly long[] _counts = new long[Slots];
    private int _used;

    /// <summary>Whether there are more distinct finite values than so many, or than are kept apart.</summary>
    /// <param name="values">A sample.</param>
    /// <param name="most">How many there may be.</param>
    public static bool AreMany(ReadOnlySpan<float> values, int most)
    {
        float[] sorted = ArrayPool<float>.Shared.Rent(values.Length);
        values.CopyTo(sorted);
        FloatSort.Sort(sorted.AsSpan(0, values.Length));
        int distinct = 0;
        for (int i = 0; i < values.Length; i++)
        {
            distinct += float.IsFinite(sorted[i]) && (i == 0 || sorted[i] != sorted[i - 1]) ? 1 : 0;
        }

        ArrayPool<float>.Shared.Return(sorted);
        return distinct > Math.Min(most, Limit);
    }

    /// <summary>Counts values; false once there are too many distinct ones.</summary>
    public bool Add(ReadOnlySpan<float> values)
    {
        foreach (float x in values)
        {
            if (float.IsFinite(x) && !Add(x == 0 ? 0 : BitConverter.SingleToUInt32Bits(x), 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds another's counts.</summary>
    public bool Merge(DistinctValues other)
    {
        for (int i = 0; i < Slots; i++)
        {
            if (other._counts[i] > 0 && !Add(other._keys[i], other._counts[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The values in ascending order with their counts.</summary>
    public (float[] Values, double[] Counts) ToSorted()
    {
        float[] values = new float[_used];
        double[] counts = new double[_used];
        int n = 0;
        for (int i = 0; i < Slots; i++)
        {
            if (_counts[i] > 0)
            {
                values[n] = BitConverter.UInt32BitsToSingle(_keys[i]);
                counts[n++] = _counts[i];
            }
        }

        Array.Sort(values, counts);
        return (values, counts);
    }

    private bool Add(uint key, long count)
    {
        uint slot = (key * 0x9E3779B1u) >> (32 - BitOperations.Log2(Slots));
        while (_counts[slot] != 0 && _keys[slot] != key)
        {
            slot = (slot + 1) % Slots;
        }

        if (_counts[slot] == 0)
        {
            if (_used == Limit)
            {
                return false;
            }

            _used++;
            _keys[slot] = key;
        }

        _counts[slot] += count;
        return true;
    }
}
