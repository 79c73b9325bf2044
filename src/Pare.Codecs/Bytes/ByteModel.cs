using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pare.Codecs;

/// <summary>
/// Predicts bytes bit by bit from what came before. Each context of <see cref="ByteHistory"/> keeps for every bit an adaptive probability and a history of its
/// last seven outcomes, which points to another adaptive probability; the log-odds of all, with those of a repetition found earlier, are mixed by three sets of
/// weights, which a last set joins and a table refines. All in integers, so that every decoder predicts the same.
/// Method: Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression" (2005). Not thread-safe.
/// </summary>
internal sealed unsafe class ByteModel
{
    private const int Contexts = ByteHistory.Contexts;

    // Contexts fill thirteen of sixteen lanes, the repetition and a constant the others; then sixteen more for the histories' probabilities.
    private const int Lanes = 16;
    private const int Inputs = 2 * Lanes;
    private const int Sets = 3;
    private const int WeightLimit = 1 << 19;
    private const int CountLimit = 250;
    private const int Cells = 33;
    private const int Golden = unchecked((int)0x9E3779B1);
    private const int Odd = 0x2F0B4C47;
    private const int Even = int.MinValue;

    private static readonly int[] s_rates = Lookup.Pinned(256, n => 65536 / (2 * n + 3));

    private readonly ByteHistory _history;
    private readonly int _bits;
    private readonly int[] _slots;
    private readonly int[] _runs = Filled(Lanes * 256, Even);
    private readonly int[] _weights = Filled((256 + 256 + 64) * Inputs, 5000);
    private readonly int[] _repeats = Filled(64, Even);
    private readonly int[] _joint = Filled(256 * Sets, 65536 / Sets);
    private readonly ushort[] _refined = new ushort[65536 * Cells];

    // Per bit: where the slots and the probabilities of their histories lie, and what they hold.
    private readonly int[] _places = Filled(4 * Lanes, 0);
    private readonly int[] _now = Filled(2 * Lanes, 0);
    private readonly int[] _hashes = Filled(Lanes, 0);
    private readonly Vector256<int>[] _inputs = new Vector256<int>[4];
    private readonly int[] _set = new int[Sets];
    private readonly int[] _logits = new int[Sets];
    private int _partial = 1;
    private int _expected;
    private int _repeatAt;
    private int _mixed;
    private int _refineAt;

    /// <param name="capacity">Bytes that will be seen.</param>
    /// <param name="stride">Bytes of a column of records, 1 to 8: 4 for structure and binary32, 2 for 16-bit numbers.</param>
    public ByteModel(int capacity, int stride)
    {
        _bits = 16;
        while (_bits < 20 && 1L << _bits < 4L * capacity)
        {
            _bits++;
        }

        _history = new ByteHistory(capacity, stride, _bits);
        _slots = Filled(Contexts << _bits, Even | 0x100);
        for (int k = 0; k < Cells; k++)
        {
            _refined[k] = (ushort)Logistic.Squash((k - 16) * 96);
        }

        for (int done = Cells; done < _refined.Length; done *= 2)
        {
            Array.Copy(_refined, 0, _refined, done, Math.Min(done, _refined.Length - done));
        }

        _history.Hash(_hashes);
    }

    // Lanes that hold contexts in the second half.
    private static Vector256<int> Used => Vector256.Create(-1, -1, -1, -1, -1, 0, 0, 0);

    /// <summary>Codes a byte and learns from it.</summary>
    /// <param name="coder">Where it goes or comes from.</param>
    /// <param name="value">The byte, when encoding.</param>
    public byte Code<TCoder>(ref TCoder coder, byte value)
        where TCoder : struct, IBinaryCoder
    {
        for (int k = 7; k >= 0; k--)
        {
            Learn(coder.Code(value >> k & 1, Predict()));
        }

        value = (byte)_partial;
        _partial = 1;
        _history.Add(value);
        _history.Hash(_hashes);
        return value;
    }

    private int Predict()
    {
        int* places = Lookup.Start(_places);
        int* now = Lookup.Start(_now);
        int* slots = Lookup.Start(_slots);
        Place(_partial, places);
        for (int i = 0; i < Contexts; i++)
        {
            now[i] = slots[places[i]];
        }

        if (_partial < 128 && Sse.IsSupported)
        {
            Prefetch(slots, places + 2 * Lanes);
        }

        (_expected, int strength) = _history.Follow(_partial);
        _repeatAt = strength * 2 + (_expected == 1 ? 1 : 0);
        int repeat = _expected < 0 ? 0 : Logistic.Stretch((int)((uint)_repeats[_repeatAt] >> 16));
        int plain = Math.Min(strength, 16) * 12;
        Gather(0, now, places, Vector256<int>.AllBitsSet, Vector256<int>.Zero);
        Gather(1, now, places, Used, Vector256.Create(0, 0, 0, 0, 0, repeat, _expected == 1 ? plain : -plain, 128));

        _set[0] = _partial * Inputs;
        _set[1] = (256 + _history.Last) * Inputs;
        _set[2] = (512 + strength + (_history.StartsFour ? 32 : 0)) * Inputs;
        int joint = _partial * Sets;
        int sum = 0;
        for (int s = 0; s < Sets; s++)
        {
            int x = Math.Clamp(Dot(_set[s]) >> 8, -Logistic.Limit, Logistic.Limit);
            _logits[s] = x;
            sum += (x * _joint[joint + s]) >> 8;
        }

        sum = Math.Clamp(sum >> 8, -Logistic.Limit, Logistic.Limit);
        _mixed = Logistic.Squash(sum);
        int cell = (sum + 1536) / 96;
        int between = (sum + 1536) % 96;
        int row = (_partial | _history.Last << 8) * Cells;
        _refineAt = row + cell + (between >= 48 ? 1 : 0);
        int low = _refined[row + cell];
        int refined = low + (_refined[row + cell + 1] - low) * between / 96;
        return Math.Clamp((_mixed + refined + 1) >> 1, 1, 65535);
    }

    // Slots of all contexts once the bits of this byte so far are known.
    private void Place(int partial, int* places)
    {
        int* hashes = Lookup.Start(_hashes);
        Vector256<int> spread = Vector256.Create(partial * Golden);
        Vector256<int> table = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7) << _bits;
        Vector256<int> second = table + Vector256.Create(8 << _bits);
        (((Vector256.Load(hashes) + spread) * Odd >>> (32 - _bits)) + table).Store(places);
        (((Vector256.Load(hashes + 8) + spread) * Odd >>> (32 - _bits)) + second).Store(places + 8);
    }

    // Tables are larger than caches: the slots of both outcomes are fetched while this bit is coded.
    private void Prefetch(int* slots, int* places)
    {
        Place(_partial * 2, places);
        Place(_partial * 2 + 1, places + Lanes);
        for (int i = 0; i < Contexts; i++)
        {
            Sse.Prefetch0(slots + places[i]);
            Sse.Prefetch0(slots + places[Lanes + i]);
        }
    }

    private void Gather(int half, int* now, int* places, Vector256<int> used, Vector256<int> others)
    {
        Vector256<int> slots = Vector256.Load(now + 8 * half);
        Vector256<int> at = (slots >>> 8 & Vector256.Create(255)) + Vector256.Create(0, 256, 512, 768, 1024, 1280, 1536, 1792) + Vector256.Create(2048 * half);
        Vector256<int> runs = Lookup.Gather(_runs, at);
        at.Store(places + Lanes + 8 * half);
        runs.Store(now + Lanes + 8 * half);
        _inputs[half] = (Lookup.Gather(Lookup.Stretch, slots >>> 20) & used) + others;
        _inputs[2 + half] = Lookup.Gather(Lookup.Stretch, runs >>> 20) & used;
    }

    private void Learn(int bit)
    {
        int target = bit * 65535;
        for (int s = 0; s < Sets; s++)
        {
            Adjust(_set[s], (target - Logistic.Squash(_logits[s])) * 5 >> 1);
        }

        int error = target - _mixed;
        for (int s = 0; s < Sets; s++)
        {
            ref int w = ref _joint[_partial * Sets + s];
            w = Math.Clamp(w + ((_logits[s] * (error >> 3) + 0x4000) >> 15), -WeightLimit, WeightLimit);
        }

        ref ushort refined = ref _refined[_refineAt];
        refined = (ushort)(refined + ((target - refined) >> 6));
        if (_expected >= 0)
        {
            ref int repeat = ref _repeats[_repeatAt];
            repeat = Learn(Vector256.Create(repeat), target).ToScalar();
        }

        int* now = Lookup.Start(_now);
        for (int k = 0; k < 2 * Lanes; k += 8)
        {
            Vector256<int> slots = Vector256.Load(now + k);
            Vector256<int> learned = Learn(slots, target);
            if (k < Lanes)
            {
                Vector256<int> history = (slots >>> 7 & Vector256.Create(510)) | Vector256.Create(bit);
                Vector256<int> full = Vector256.GreaterThan(history, Vector256.Create(255));
                history = Vector256.ConditionalSelect(full, history & Vector256.Create(127) | Vector256.Create(128), history);
                learned = learned & Vector256.Create(~0xff00) | history << 8;
            }

            learned.Store(now + k);
        }

        int* places = Lookup.Start(_places);
        int* table = Lookup.Start(_slots);
        int* runs = Lookup.Start(_runs);
        for (int i = 0; i < Contexts; i++)
        {
            table[places[i]] = now[i];
            runs[places[Lanes + i]] = now[Lanes + i];
        }

        _partial = _partial << 1 | bit;
    }

    // A slot: probability in 16 bits, history in 8, count in 8.
    private static Vector256<int> Learn(Vector256<int> slots, int target)
    {
        Vector256<int> count = slots & Vector256.Create(255);
        Vector256<int> p = slots >>> 16;
        p += ((Vector256.Create(target) - p) * Lookup.Gather(s_rates, count)) >> 15;
        return p << 16 | slots & Vector256.Create(0xff00) | Vector256.Min(count + Vector256<int>.One, Vector256.Create(CountLimit));
    }

    private int Dot(int at)
    {
        int* w = Lookup.Start(_weights) + at;
        Vector256<int> sum = Vector256<int>.Zero;
        for (int i = 0; i < 4; i++)
        {
            sum += (_inputs[i] * Vector256.Load(w + 8 * i)) >> 8;
        }

        return Vector256.Sum(sum);
    }

    private void Adjust(int at, int error)
    {
        int* weights = Lookup.Start(_weights) + at;
        Vector256<int> limit = Vector256.Create(WeightLimit);
        for (int i = 0; i < 4; i++)
        {
            Vector256<int> w = Vector256.Load(weights + 8 * i) + ((_inputs[i] * error + Vector256.Create(0x4000)) >> 15);
            Vector256.Max(Vector256.Min(w, limit), -limit).Store(weights + 8 * i);
        }
    }

    private static int[] Filled(int length, int value)
    {
        int[] array = GC.AllocateUninitializedArray<int>(length, pinned: true);
        Array.Fill(array, value);
        return array;
    }
}
