using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pare.Codecs;

/// <summary>
/// Predicts bytes bit by bit from what came before. Each context (the last one to six bytes, words, columns of records) keeps for every bit an adaptive
/// probability and a history of its last seven outcomes, which points to another adaptive probability; the log-odds of all, with those of a repetition found
/// earlier, are mixed by three sets of weights, which a last set joins and a table refines. All in integers, so that every decoder predicts the same.
/// Method: Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression" (2005). Not thread-safe.
/// </summary>
internal sealed class ByteModel
{
    private const int Contexts = 13;
    private const int Inputs = 32;
    private const int Sets = 3;
    private const int WeightLimit = 1 << 19;
    private const int CountLimit = 250;
    private const int MinMatch = 5;
    private const int MaxMatch = 400;
    private const int Margin = 8;
    private const int Cells = 33;
    private const int Golden = unchecked((int)0x9E3779B1);
    private const int Odd = 0x2F0B4C47;
    private const uint Even = 0x8000_0000;

    private static readonly int[] s_rates = CreateRates();

    private readonly int _stride;
    private readonly int _bits;
    private readonly uint[] _slots;
    private readonly uint[] _runs = new uint[Contexts * 256];
    private readonly uint[] _repeats = new uint[64];
    private readonly int[] _hashes = new int[Contexts];
    private readonly int[] _at = new int[Contexts];
    private readonly int[] _runAt = new int[Contexts];
    private readonly int[] _inputs = new int[Inputs];
    private readonly int[] _weights = new int[(256 + 256 + 64) * Inputs];
    private readonly int[] _set = new int[Sets];
    private readonly int[] _logits = new int[Sets];
    private readonly int[] _joint = new int[256 * Sets];
    private readonly ushort[] _refined = new ushort[65536 * Cells];
    private readonly byte[] _past;
    private readonly int[] _ends;
    private int _length = Margin;
    private int _partial = 1;
    private int _word;
    private int _lastWord;
    private int _match;
    private int _matchLength;
    private int _expected;
    private int _repeatAt;
    private int _mixed;
    private int _refineAt;

    /// <param name="capacity">Bytes that will be seen.</param>
    /// <param name="stride">Bytes of a column of records, 1 to 8: 4 for structure and binary32, 2 for 16-bit numbers.</param>
    public ByteModel(int capacity, int stride)
    {
        _stride = stride;
        _bits = 16;
        while (_bits < 20 && 1L << _bits < 4L * capacity)
        {
            _bits++;
        }

        _slots = new uint[Contexts << _bits];
        Array.Fill(_slots, Even | 0x100);
        Array.Fill(_runs, Even);
        Array.Fill(_repeats, Even);
        Array.Fill(_weights, 5000);
        Array.Fill(_joint, 65536 / Sets);
        for (int k = 0; k < Cells; k++)
        {
            _refined[k] = (ushort)Logistic.Squash((k - 16) * 96);
        }

        for (int k = Cells; k < _refined.Length; k++)
        {
            _refined[k] = _refined[k - Cells];
        }

        _past = new byte[capacity + Margin];
        _ends = new int[1 << _bits];
        StartByte();
    }

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
        EndByte(value);
        return value;
    }

    private int Predict()
    {
        int spread = _partial * Golden;
        for (int i = 0; i < Contexts; i++)
        {
            int at = (i << _bits) + (int)((uint)((_hashes[i] + spread) * Odd) >> (32 - _bits));
            uint slot = _slots[at];
            int run = i * 256 + (int)(slot >> 8 & 255);
            _at[i] = at;
            _runAt[i] = run;
            _inputs[2 * i] = Logistic.Stretch((int)(slot >> 16));
            _inputs[2 * i + 1] = Logistic.Stretch((int)(_runs[run] >> 16));
        }

        int strength = PredictRepeat();
        _set[0] = _partial * Inputs;
        _set[1] = (256 + _past[_length - 1]) * Inputs;
        _set[2] = (512 + strength + (_length % 4 == 0 ? 32 : 0)) * Inputs;
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
        int row = (_partial | _past[_length - 1] << 8) * Cells;
        _refineAt = row + cell + (between >= 48 ? 1 : 0);
        int low = _refined[row + cell];
        int refined = low + (_refined[row + cell + 1] - low) * between / 96;
        return Math.Clamp((_mixed + refined + 1) >> 1, 1, 65535);
    }

    // What followed last time the same bytes were seen, as far as its bits agree with those of this byte.
    private int PredictRepeat()
    {
        _expected = -1;
        int strength = 0;
        if (_matchLength > 0)
        {
            int seen = _past[_match] | 256;
            int depth = BitOperations.Log2((uint)_partial);
            if (seen >> (8 - depth) == _partial)
            {
                _expected = seen >> (7 - depth) & 1;
                strength = _matchLength < 16 ? _matchLength : Math.Min(15 + (_matchLength >> 4), 31);
            }
            else
            {
                _matchLength = 0;
            }
        }

        _repeatAt = strength * 2 + (_expected == 1 ? 1 : 0);
        int plain = Math.Min(strength, 16) * 12;
        _inputs[2 * Contexts] = _expected < 0 ? 0 : Logistic.Stretch((int)(_repeats[_repeatAt] >> 16));
        _inputs[2 * Contexts + 1] = _expected == 1 ? plain : -plain;
        _inputs[2 * Contexts + 2] = 128;
        return strength;
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
            Learn(ref _repeats[_repeatAt], target);
        }

        for (int i = 0; i < Contexts; i++)
        {
            Learn(ref _runs[_runAt[i]], target);
            ref uint slot = ref _slots[_at[i]];
            Learn(ref slot, target);
            uint history = (slot >> 8 & 255) << 1 | (uint)bit;
            slot = slot & 0xffff_00ff | (history > 255 ? history & 127 | 128 : history) << 8;
        }

        _partial = _partial << 1 | bit;
    }

    // A slot: probability in 16 bits, history in 8, count in 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Learn(ref uint slot, int target)
    {
        uint count = slot & 255;
        int p = (int)(slot >> 16);
        p += ((target - p) * s_rates[count]) >> 15;
        slot = (uint)p << 16 | slot & 0xff00 | (count < CountLimit ? count + 1 : count);
    }

    private int Dot(int at)
    {
        Vector<int> sum = Vector<int>.Zero;
        for (int i = 0; i < Inputs; i += Vector<int>.Count)
        {
            sum += Vector.ShiftRightArithmetic(new Vector<int>(_inputs, i) * new Vector<int>(_weights, at + i), 8);
        }

        return Vector.Sum(sum);
    }

    private void Adjust(int at, int error)
    {
        Vector<int> e = new(error);
        Vector<int> half = new(0x4000);
        Vector<int> limit = new(WeightLimit);
        for (int i = 0; i < Inputs; i += Vector<int>.Count)
        {
            Vector<int> w = new Vector<int>(_weights, at + i) + Vector.ShiftRightArithmetic(new Vector<int>(_inputs, i) * e + half, 15);
            Vector.Max(Vector.Min(w, limit), -limit).CopyTo(_weights, at + i);
        }
    }

    private void EndByte(byte value)
    {
        _partial = 1;
        _past[_length++] = value;
        if (_matchLength > 0)
        {
            _match++;
            _matchLength++;
        }

        if (value >= 128 || char.IsAsciiLetter((char)value))
        {
            _word = (_word + value + 1) * Odd;
        }
        else if (_word != 0)
        {
            _lastWord = _word;
            _word = 0;
        }

        if (_length >= Margin + MinMatch)
        {
            FindRepeat();
        }

        StartByte();
    }

    private void FindRepeat()
    {
        int hash = 0;
        for (int k = 1; k <= MinMatch; k++)
        {
            hash = (hash + _past[_length - k] + 1) * Odd;
        }

        ref int end = ref _ends[(uint)hash >> (32 - _bits)];
        if (_matchLength == 0 && end > 0)
        {
            int n = 0;
            while (n < MaxMatch && end - n > Margin && _past[end - n - 1] == _past[_length - n - 1])
            {
                n++;
            }

            if (n >= MinMatch)
            {
                _match = end;
                _matchLength = n;
            }
        }

        end = _length;
    }

    private void StartByte()
    {
        ReadOnlySpan<byte> p = _past.AsSpan(0, _length);
        int last = p[^1] | p[^2] << 8 | p[^3] << 16 | p[^4] << 24;
        int above = p[^_stride];
        int phase = _length % _stride << 16;
        Span<int> h = _hashes;
        h[0] = 0;
        h[1] = Hash(1, last & 0xff, 0);
        h[2] = Hash(2, last & 0xffff, 0);
        h[3] = Hash(3, last & 0xffffff, 0);
        h[4] = Hash(4, last, 0);
        h[5] = Hash(5, last, p[^5] | p[^6] << 8);
        h[6] = Hash(6, _word, last & 0xff);
        h[7] = Hash(7, _word, _lastWord);
        h[8] = Hash(8, last >> 8 & 0xffff, 0);
        h[9] = Hash(9, above | p[^Math.Min(Margin, 2 * _stride)] << 8 | phase, 0);
        h[10] = Hash(10, above | (last & 0xff) << 8 | phase, 0);
        h[11] = Hash(11, last, p[^5]);
        h[12] = Hash(12, last >> 16 & 0xffff | phase, 0);
    }

    private static int Hash(int n, int a, int b)
    {
        int h = (a + n * 0x3D4D51CB) * Odd;
        h = ((h ^ (int)((uint)h >> 15)) + b * 0x61C88647) * Golden;
        return h ^ (int)((uint)h >> 13);
    }

    private static int[] CreateRates()
    {
        int[] rates = new int[256];
        for (int n = 0; n < rates.Length; n++)
        {
            rates[n] = 65536 / (2 * n + 3);
        }

        return rates;
    }
}
