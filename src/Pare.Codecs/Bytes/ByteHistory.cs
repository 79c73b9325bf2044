using System.Numerics;

namespace Pare.Codecs;

/// <summary>
/// The bytes seen so far as <see cref="ByteModel"/> needs them: hashes of what the next byte may depend on (the last one to six bytes, words, columns of
/// records), and the place where the last bytes stood before. Not thread-safe.
/// </summary>
internal sealed class ByteHistory
{
    /// <summary>Contexts of a byte.</summary>
    public const int Contexts = 13;

    private const int MinMatch = 5;
    private const int MaxMatch = 400;
    private const int Margin = 8;
    private const int Golden = unchecked((int)0x9E3779B1);
    private const int Odd = 0x2F0B4C47;

    private readonly int _stride;
    private readonly int _bits;
    private readonly byte[] _past;
    private readonly int[] _ends;
    private int _length = Margin;
    private int _word;
    private int _lastWord;
    private int _match;
    private int _matchLength;

    /// <param name="capacity">Bytes that will be seen.</param>
    /// <param name="stride">Bytes of a column of records.</param>
    /// <param name="bits">Two to this power many places are kept.</param>
    public ByteHistory(int capacity, int stride, int bits)
    {
        (_stride, _bits) = (stride, bits);
        _past = new byte[capacity + Margin];
        _ends = new int[1 << bits];
    }

    /// <summary>The byte before.</summary>
    public int Last => _past[_length - 1];

    /// <summary>Whether the next byte is the first of four.</summary>
    public bool StartsFour => _length % 4 == 0;

    /// <summary>What followed last time the same bytes were seen, as far as its bits agree with those of this byte.</summary>
    /// <param name="partial">A leading one, then the bits of this byte so far.</param>
    /// <returns>The next bit, -1 where nothing is followed; and how long the repetition is, 0 to 31.</returns>
    public (int Expected, int Strength) Follow(int partial)
    {
        if (_matchLength == 0)
        {
            return (-1, 0);
        }

        int seen = _past[_match] | 256;
        int depth = BitOperations.Log2((uint)partial);
        if (seen >> (8 - depth) != partial)
        {
            _matchLength = 0;
            return (-1, 0);
        }

        return (seen >> (7 - depth) & 1, _matchLength < 16 ? _matchLength : Math.Min(15 + (_matchLength >> 4), 31));
    }

    /// <summary>Notes the byte that came.</summary>
    public void Add(byte value)
    {
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
    }

    /// <summary>Hashes of the contexts of the next byte.</summary>
    /// <param name="h">Receives <see cref="Contexts"/> of them.</param>
    public void Hash(Span<int> h)
    {
        ReadOnlySpan<byte> p = _past.AsSpan(0, _length);
        int last = p[^1] | p[^2] << 8 | p[^3] << 16 | p[^4] << 24;
        int above = p[^_stride];
        int phase = _length % _stride << 16;
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

    private static int Hash(int n, int a, int b)
    {
        int h = (a + n * 0x3D4D51CB) * Odd;
        h = ((h ^ (int)((uint)h >> 15)) + b * 0x61C88647) * Golden;
        return h ^ (int)((uint)h >> 13);
    }
}
