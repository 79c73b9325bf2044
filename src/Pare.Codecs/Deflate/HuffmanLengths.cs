namespace Pare.Codecs;

/// <summary>
/// Code lengths of Huffman codes with a limit, built as deflate encoders do: a heap ordered by frequency, then by depth; leaves that would lie too deep are
/// moved up one by one. Not thread-safe.
/// </summary>
internal sealed class HuffmanLengths
{
    private const int Most = 286;

    private readonly int[] _heap = new int[2 * Most + 2];
    private readonly long[] _frequency = new long[2 * Most + 2];
    private readonly int[] _parent = new int[2 * Most + 2];
    private readonly byte[] _depth = new byte[2 * Most + 2];
    private readonly int[] _length = new int[2 * Most + 2];
    private int _size;

    /// <summary>Computes the lengths; 0 for symbols that do not occur. At least two symbols get a code, as deflate wants it.</summary>
    public void Compute(ReadOnlySpan<int> frequencies, Span<byte> lengths, int limit)
    {
        int n = frequencies.Length;
        lengths.Clear();
        _size = 0;
        int highest = -1;
        for (int i = 0; i < n; i++)
        {
            if (frequencies[i] != 0)
            {
                _heap[++_size] = highest = i;
                _frequency[i] = frequencies[i];
                _depth[i] = 0;
            }
        }

        while (_size < 2)
        {
            // Symbols that cost nothing, so that the tree is one.
            int forced = highest < 2 ? ++highest : 0;
            _heap[++_size] = forced;
            _frequency[forced] = frequencies[forced] == 0 ? 1 : frequencies[forced];
            _depth[forced] = 0;
        }

        for (int i = _size / 2; i >= 1; i--)
        {
            SiftDown(i);
        }

        // The nodes in the order they left the heap, from the end of the array down.
        int sorted = _heap.Length;
        int node = n;
        do
        {
            int a = _heap[1];
            _heap[1] = _heap[_size--];
            SiftDown(1);
            int b = _heap[1];
            _heap[--sorted] = a;
            _heap[--sorted] = b;
            _frequency[node] = _frequency[a] + _frequency[b];
            _depth[node] = (byte)(Math.Max(_depth[a], _depth[b]) + 1);
            _parent[a] = _parent[b] = node;
            _heap[1] = node++;
            SiftDown(1);
        }
        while (_size >= 2);

        _heap[--sorted] = _heap[1];
        Limit(lengths, n, sorted, limit);
    }

    private void Limit(Span<byte> lengths, int n, int sorted, int limit)
    {
        Span<int> perLength = stackalloc int[16];
        perLength.Clear();
        int overflow = 0;
        _length[_heap[sorted]] = 0;
        for (int h = sorted + 1; h < _heap.Length; h++)
        {
            int node = _heap[h];
            int bits = _length[_parent[node]] + 1;
            if (bits > limit)
            {
                bits = limit;
                overflow++;
            }

            _length[node] = bits;
            if (node < n)
            {
                perLength[bits]++;
                lengths[node] = (byte)bits;
            }
        }

        if (overflow == 0)
        {
            return;
        }

        while (overflow > 0)
        {
            int bits = limit - 1;
            while (perLength[bits] == 0)
            {
                bits--;
            }

            perLength[bits]--;
            perLength[bits + 1] += 2;
            perLength[limit]--;
            overflow -= 2;
        }

        // The rarest leaves take the longest codes.
        int at = _heap.Length;
        for (int bits = limit; bits > 0; bits--)
        {
            for (int left = perLength[bits]; left > 0;)
            {
                int node = _heap[--at];
                if (node < n)
                {
                    lengths[node] = (byte)bits;
                    left--;
                }
            }
        }
    }

    private void SiftDown(int k)
    {
        int v = _heap[k];
        for (int j = 2 * k; j <= _size; j *= 2)
        {
            if (j < _size && Smaller(_heap[j + 1], _heap[j]))
            {
                j++;
            }

            if (Smaller(v, _heap[j]))
            {
                break;
            }

            _heap[k] = _heap[j];
            k = j;
        }

        _heap[k] = v;
    }

    private bool Smaller(int a, int b) => _frequency[a] < _frequency[b] || (_frequency[a] == _frequency[b] && _depth[a] <= _depth[b]);
}
