using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pare.Codecs;

/// <summary>
/// Tells how many bytes GNU gzip's <c>-6 -n</c> would make of what is written to it, without making them: the classic deflate search (hash chains of three
/// bytes, lazy matching, level 6's limits) with gzip's block ends, the cost of each block taken from its Huffman code lengths. Write-only; a few hundred KB
/// whatever the length. Not thread-safe; <see cref="Reset"/> makes it ready for the next file.
/// </summary>
/// <remarks>Format and search: RFC 1951, RFC 1952 and the published behaviour of gzip 1.12.</remarks>
public sealed class GzipSizer : Stream
{
    private const int Window = 1 << 15;
    private const int BufferLength = 8 * Window;
    private const int HashBits = 15;
    private const int MinMatch = 3;
    private const int MaxMatch = 258;
    private const int MinLookahead = MaxMatch + MinMatch + 1;
    private const int MaxDistance = Window - MinLookahead;
    private const int TooFar = 4096;

    // Level 6.
    private const int GoodLength = 8;
    private const int MaxLazy = 16;
    private const int NiceLength = 128;
    private const int MaxChain = 128;

    private const int HeaderAndTrailer = 18;

    private readonly byte[] _buffer = new byte[BufferLength + MaxMatch + 8];
    private readonly int[] _head = new int[1 << HashBits];
    private readonly int[] _previous = new int[Window];
    private readonly DeflateBlock _block = new();
    private int _filled;
    private int _position;
    private int _blockStart;
    private int _matchLength;
    private int _matchStart;
    private bool _literalPending;
    private bool _finished;
    private long _bits;
    private long _deflated;

    /// <summary>Creates a sizer.</summary>
    public GzipSizer() => Reset();

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Bytes written so far.</summary>
    public override long Length => BytesIn;

    /// <inheritdoc/>
    public override long Position
    {
        get => BytesIn;
        set => throw new NotSupportedException();
    }

    /// <summary>Bytes written so far.</summary>
    public long BytesIn { get; private set; }

    /// <summary>What gzip would make of some bytes.</summary>
    public static long Measure(ReadOnlySpan<byte> bytes)
    {
        using GzipSizer sizer = new();
        sizer.Write(bytes);
        return sizer.Finish();
    }

    /// <summary>Forgets everything written.</summary>
    public void Reset()
    {
        // Position 0 means none: gzip never matches a file's first byte.
        Array.Clear(_head);
        _block.Clear();
        _filled = _position = _blockStart = _matchStart = 0;
        _matchLength = MinMatch - 1;
        _literalPending = _finished = false;
        _bits = 0;
        BytesIn = 0;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The size was taken already.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_finished)
        {
            throw new InvalidOperationException("the size was taken already; reset the sizer first");
        }

        BytesIn += buffer.Length;
        while (!buffer.IsEmpty)
        {
            if (_filled == BufferLength)
            {
                Slide();
            }

            int n = Math.Min(buffer.Length, BufferLength - _filled);
            buffer[..n].CopyTo(_buffer.AsSpan(_filled));
            _filled += n;
            buffer = buffer[n..];
            Deflate(_filled - MinLookahead);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Ends the file.</summary>
    /// <returns>Bytes of the .gz file without a name in its header.</returns>
    public long Finish() => HeaderAndTrailer + FinishDeflate();

    /// <summary>Ends the file.</summary>
    /// <returns>Bytes of the deflate stream alone, as an entry of a zip archive holds it.</returns>
    public long FinishDeflate()
    {
        if (!_finished)
        {
            // Bytes beyond the end must not prolong matches by chance of what lay there before; lengths are cut to what remains.
            _buffer.AsSpan(_filled).Clear();
            Deflate(_filled);
            if (_literalPending)
            {
                _block.Literal(_buffer[_position - 1]);
            }

            _bits += _block.Cost(_position - _blockStart, _bits);
            _deflated = (_bits + 7) / 8;
            _finished = true;
        }

        return _deflated;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    // Moves the last window (and what is not yet coded) to the front.
    private void Slide()
    {
        int keepFrom = Math.Max(0, _position - Window) & ~(Window - 1);
        _buffer.AsSpan(keepFrom, _filled - keepFrom).CopyTo(_buffer);
        _filled -= keepFrom;
        _position -= keepFrom;
        _blockStart -= keepFrom;
        _matchStart -= keepFrom;
        Shift(_head, keepFrom);
        Shift(_previous, keepFrom);
    }

    private static void Shift(int[] positions, int by)
    {
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = Math.Max(0, positions[i] - by);
        }
    }

    private void Deflate(int until)
    {
        ref byte window = ref MemoryMarshal.GetArrayDataReference(_buffer);
        while (_position < until)
        {
            int candidate = Insert(ref window, _position);
            int previousLength = _matchLength;
            int previousStart = _matchStart;
            _matchLength = MinMatch - 1;
            if (candidate > 0 && previousLength < MaxLazy && _position - candidate <= MaxDistance)
            {
                _matchLength = Math.Min(LongestMatch(ref window, candidate, previousLength), _filled - _position);
                if (_matchLength == MinMatch && _position - _matchStart > TooFar)
                {
                    _matchLength--;
                }
            }

            if (previousLength >= MinMatch && _matchLength <= previousLength)
            {
                // The match found one byte earlier is no worse: take it and pass over what it covers.
                bool full = _block.Match(previousLength, _position - 1 - previousStart);
                int end = _position + previousLength - 1;
                for (_position++; _position < end; _position++)
                {
                    Insert(ref window, _position);
                }

                _literalPending = false;
                _matchLength = MinMatch - 1;
                if (full)
                {
                    EndBlock();
                }
            }
            else
            {
                if (_literalPending && _block.Literal(Unsafe.Add(ref window, _position - 1)))
                {
                    EndBlock();
                }

                _literalPending = true;
                _position++;
            }
        }
    }

    private void EndBlock()
    {
        _bits += _block.Cost(_position - _blockStart, _bits);
        _block.Clear();
        _blockStart = _position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Insert(ref byte window, int position)
    {
        int hash = (Unsafe.Add(ref window, position) << 10 ^ Unsafe.Add(ref window, position + 1) << 5 ^ Unsafe.Add(ref window, position + 2)) & ((1 << HashBits) - 1);
        ref int head = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_head), hash);
        int candidate = head;
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_previous), position & (Window - 1)) = candidate;
        head = position;
        return candidate;
    }

    // The longest match along the chain that is longer than the previous one; at least MinMatch - 1.
    private int LongestMatch(ref byte window, int candidate, int previousLength)
    {
        int position = _position;
        int chain = previousLength >= GoodLength ? MaxChain >> 2 : MaxChain;
        int best = previousLength;
        int limit = Math.Max(0, position - MaxDistance);
        ref byte scan = ref Unsafe.Add(ref window, position);
        ref int previous = ref MemoryMarshal.GetArrayDataReference(_previous);
        ushort scanStart = Unsafe.ReadUnaligned<ushort>(ref scan);
        ushort scanEnd = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref scan, best - 1));
        do
        {
            ref byte match = ref Unsafe.Add(ref window, candidate);
            if (Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref match, best - 1)) == scanEnd && Unsafe.ReadUnaligned<ushort>(ref match) == scanStart)
            {
                int length = Common(ref scan, ref match);
                if (length > best)
                {
                    _matchStart = candidate;
                    best = length;
                    if (length >= NiceLength)
                    {
                        break;
                    }

                    scanEnd = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref scan, best - 1));
                }
            }

            candidate = Unsafe.Add(ref previous, candidate & (Window - 1));
        }
        while (candidate > limit && --chain != 0);

        return best;
    }

    private static int Common(ref byte a, ref byte b)
    {
        int n = 0;
        while (n < MaxMatch)
        {
            ulong difference = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref a, n)) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref b, n));
            if (difference != 0)
            {
                return Math.Min(MaxMatch, n + (BitOperations.TrailingZeroCount(difference) >> 3));
            }

            n += 8;
        }

        return MaxMatch;
    }
}
