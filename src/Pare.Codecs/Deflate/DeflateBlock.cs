namespace Pare.Codecs;

/// <summary>The symbols of one deflate block: counts them and tells what the block costs (RFC 1951), and when gzip would end it.</summary>
internal sealed class DeflateBlock
{
    private const int Symbols = 1 << 15;
    private const int EndOfBlock = 256;
    private const int LiteralCodes = 286;
    private const int DistanceCodes = 30;

    private static readonly byte[] s_lengthCode = MakeLengthCodes();
    private static readonly byte[] s_lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly byte[] s_distanceCode = MakeDistanceCodes();

    private readonly int[] _literals = new int[LiteralCodes];
    private readonly int[] _distances = new int[DistanceCodes];
    private readonly int[] _runs = new int[19];
    private readonly byte[] _literalLengths = new byte[LiteralCodes];
    private readonly byte[] _distanceLengths = new byte[DistanceCodes];
    private readonly byte[] _runLengths = new byte[19];
    private readonly HuffmanLengths _huffman = new();
    private int _symbols;
    private int _matches;
    private long _covered;

    /// <summary>Extra bits of a distance code.</summary>
    public static int DistanceBits(int code) => code < 2 ? 0 : (code >> 1) - 1;

    /// <summary>Forgets all symbols.</summary>
    public void Clear()
    {
        Array.Clear(_literals);
        Array.Clear(_distances);
        _symbols = _matches = 0;
        _covered = 0;
    }

    /// <summary>Counts a byte; true when the block should end.</summary>
    public bool Literal(byte value)
    {
        _literals[value]++;
        _symbols++;
        _covered++;
        return IsFull(_covered);
    }

    /// <summary>Counts a match; true when the block should end.</summary>
    public bool Match(int length, int distance)
    {
        _literals[EndOfBlock + 1 + s_lengthCode[length - 3]]++;
        _distances[DistanceCode(distance)]++;
        _symbols++;
        _matches++;
        _covered += length;

        // gzip asks before it has passed over the match.
        return IsFull(_covered - length + 1);
    }

    /// <summary>Bits of the block in the cheapest of the three forms.</summary>
    /// <param name="bytes">Bytes it stands for.</param>
    /// <param name="bitsBefore">Bits before it, since a stored block starts on a byte.</param>
    public long Cost(long bytes, long bitsBefore)
    {
        _literals[EndOfBlock] = 1;
        _huffman.Compute(_literals, _literalLengths, 15);
        _huffman.Compute(_distances, _distanceLengths, 15);
        long extra = 0;
        long plain = 0;
        long fixedCodes = 0;
        for (int i = 0; i < LiteralCodes; i++)
        {
            plain += (long)_literals[i] * _literalLengths[i];
            fixedCodes += (long)_literals[i] * (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
            extra += i > EndOfBlock ? (long)_literals[i] * s_lengthBits[i - EndOfBlock - 1] : 0;
        }

        for (int i = 0; i < DistanceCodes; i++)
        {
            plain += (long)_distances[i] * _distanceLengths[i];
            fixedCodes += (long)_distances[i] * 5;
            extra += (long)_distances[i] * DistanceBits(i);
        }

        long trees = TreeCost();
        long optimal = (plain + extra + trees + 3 + 7) >> 3;
        long standard = (fixedCodes + extra + 3 + 7) >> 3;
        if (bytes + 4 <= Math.Min(optimal, standard))
        {
            long start = (bitsBefore + 3 + 7) & ~7L;
            return start + ((bytes + 4) << 3) - bitsBefore;
        }

        return 3 + extra + (standard <= optimal ? fixedCodes : plain + trees);
    }

    private static int DistanceCode(int distance)
    {
        int d = distance - 1;
        return d < 256 ? s_distanceCode[d] : s_distanceCode[256 + (d >> 7)];
    }

    // gzip's guess every 4096 symbols whether ending here pays, and the room it has.
    private bool IsFull(long covered)
    {
        if ((_symbols & 0xfff) == 0)
        {
            long bits = _symbols * 8L;
            for (int i = 0; i < DistanceCodes; i++)
            {
                bits += _distances[i] * (5L + DistanceBits(i));
            }

            if (_matches < _symbols / 2 && bits >> 3 < covered / 2)
            {
                return true;
            }
        }

        return _symbols == Symbols - 1 || _matches == Symbols;
    }

    // The bits of the code lengths themselves: run lengths, Huffman-coded in turn.
    private long TreeCost()
    {
        Array.Clear(_runs);
        long extra = CountRuns(_literalLengths, LastUsed(_literalLengths)) + CountRuns(_distanceLengths, LastUsed(_distanceLengths));
        _huffman.Compute(_runs, _runLengths, 7);
        long bits = 5 + 5 + 4 + extra;
        for (int i = 0; i < _runs.Length; i++)
        {
            bits += (long)_runs[i] * _runLengths[i];
        }

        ReadOnlySpan<byte> order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        int last = order.Length - 1;
        while (last >= 3 && _runLengths[order[last]] == 0)
        {
            last--;
        }

        return bits + 3 * (last + 1);
    }

    private static int LastUsed(ReadOnlySpan<byte> lengths)
    {
        int last = lengths.LastIndexOfAnyExcept((byte)0);
        return Math.Max(last, 0);
    }

    private long CountRuns(ReadOnlySpan<byte> lengths, int last)
    {
        long extra = 0;
        int previous = -1;
        int count = 0;
        int next = lengths[0];
        int most = next == 0 ? 138 : 7;
        int least = next == 0 ? 3 : 4;
        for (int n = 0; n <= last; n++)
        {
            int current = next;
            next = n < last ? lengths[n + 1] : -1;
            if (++count < most && current == next)
            {
                continue;
            }

            if (count < least)
            {
                _runs[current] += count;
            }
            else if (current != 0)
            {
                if (current != previous)
                {
                    _runs[current]++;
                }

                _runs[16]++;
                extra += 2;
            }
            else if (count <= 10)
            {
                _runs[17]++;
                extra += 3;
            }
            else
            {
                _runs[18]++;
                extra += 7;
            }

            count = 0;
            previous = current;
            (most, least) = next == 0 ? (138, 3) : current == next ? (6, 3) : (7, 4);
        }

        return extra;
    }

    private static byte[] MakeLengthCodes()
    {
        byte[] codes = new byte[256];
        int length = 0;
        for (int code = 0; code < 28; code++)
        {
            int extra = code < 8 ? 0 : (code >> 2) - 1;
            for (int n = 0; n < 1 << extra && length < 256; n++)
            {
                codes[length++] = (byte)code;
            }
        }

        codes[255] = 28;
        return codes;
    }

    private static byte[] MakeDistanceCodes()
    {
        byte[] codes = new byte[512];
        int distance = 0;
        for (int code = 0; code < DistanceCodes; code++)
        {
            for (int n = 0; n < 1 << DistanceBits(code); n++, distance++)
            {
                codes[distance < 256 ? distance : 256 + (distance >> 7)] = (byte)code;
            }
        }

        return codes;
    }
}
