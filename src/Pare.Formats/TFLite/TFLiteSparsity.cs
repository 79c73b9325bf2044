using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite;

/// <summary>
/// How a sparse tensor is stored: its dimensions and those of the blocks in the order they are walked, each dense or, as in compressed sparse rows, by the indices that occur.
/// Source: the comments of schema.fbs. Immutable.
/// </summary>
internal sealed class TFLiteSparsity
{
    private readonly int[] _order;
    private readonly int[] _blockMap;
    private readonly Level[] _levels;
    private readonly long[] _strides;

    private TFLiteSparsity(FlatObject table, TensorShape shape, int[] order, int[] blockMap, Level[] levels)
    {
        Table = table;
        Shape = shape;
        _order = order;
        _blockMap = blockMap;
        _levels = levels;

        // How far a step in a level moves in the dense form. A dimension that is cut into blocks steps from block to block.
        _strides = new long[levels.Length];
        long[] dense = new long[shape.Rank];
        long stride = 1;
        for (int d = shape.Rank - 1; d >= 0; d--)
        {
            dense[d] = stride;
            stride *= shape[d];
        }

        for (int l = 0; l < levels.Length; l++)
        {
            int d = order[l];
            _strides[l] = d >= shape.Rank ? dense[blockMap[d - shape.Rank]] : dense[d] * BlockOf(d);
        }
    }

    /// <summary>The table it was read from.</summary>
    public FlatObject Table { get; }

    /// <summary>Shape of the dense form.</summary>
    public TensorShape Shape { get; }

    /// <summary>Number of values stored.</summary>
    public long ValueCount { get; private set; }

    /// <summary>Numbers that the description consists of.</summary>
    public long Described { get; private set; }

    /// <summary>Reads and checks the parameters of a tensor.</summary>
    /// <exception cref="GraphException">They do not fit the shape.</exception>
    public static TFLiteSparsity Read(FlatObject table, TensorShape shape)
    {
        int[] order = Integers(table.Vector("traversal_order"));
        int[] blockMap = Integers(table.Vector("block_map"));
        IReadOnlyList<FlatObject> dimensions = table.Tables("dim_metadata");
        if (order.Length != shape.Rank + blockMap.Length || dimensions.Count != order.Length || !order.Order().SequenceEqual(Enumerable.Range(0, order.Length))
            || blockMap.Any(d => d < 0 || d >= shape.Rank) || blockMap.Distinct().Count() != blockMap.Length)
        {
            throw new GraphException($"the sparsity of a tensor {shape} names {order.Length} dimensions in {dimensions.Count} descriptions, {blockMap.Length} of blocks");
        }

        Level[] levels = [.. dimensions.Select(Level.Read)];
        TFLiteSparsity result = new(table, shape, order, blockMap, levels);
        result.Check();
        return result;
    }

    /// <summary>Calls back with the row-major position of each stored value, in the order they are stored.</summary>
    public void ForEach(Action<long> position)
    {
        Walk(0, 0, 0, position);
    }

    /// <summary>The parameters and the values for another tensor of the same shape: the same order and blocks, with the indices where it is not zero.</summary>
    public (FlatObject Table, byte[] Values) Encode(TensorData content)
    {
        int size = content.Type.BitWidth() / 8;
        byte[] dense = content.GetBytes().ToArray();
        List<long> positions = [];
        List<int>[] segments = [.. _levels.Select(_ => new List<int> { 0 })];
        List<int>[] indices = [.. _levels.Select(_ => new List<int>())];
        Gather(0, 0, at => dense.AsSpan((int)at * size, size).IndexOfAnyExcept((byte)0) < 0, positions, segments, indices);
        FlatObject table = Table.Copy();
        List<FlatObject> dimensions = [];
        for (int l = 0; l < _levels.Length; l++)
        {
            FlatObject dimension = Table.Tables("dim_metadata")[l].Copy();
            if (_levels[l].Segments is not null)
            {
                dimension["array_segments"] = Indices(segments[l]);
                dimension["array_indices"] = Indices(indices[l]);
            }

            dimensions.Add(dimension);
        }

        byte[] values = new byte[positions.Count * size];
        for (int i = 0; i < positions.Count; i++)
        {
            dense.AsSpan((int)positions[i] * size, size).CopyTo(values.AsSpan(i * size));
        }

        return (table.With("dim_metadata", dimensions), values);
    }

    private bool Gather(int level, long at, Func<long, bool> isZero, List<long> positions, List<int>[] segments, List<int>[] indices)
    {
        if (level == _levels.Length)
        {
            positions.Add(at);
            return !isZero(at);
        }

        bool any = false;
        bool sparse = _levels[level].Segments is not null;
        int extent = Extent(level);
        for (int i = 0; i < extent; i++)
        {
            int before = positions.Count;
            (int Segments, int Indices)[] counts = [.. segments.Zip(indices, (s, x) => (s.Count, x.Count))];
            bool found = Gather(level + 1, at + (i * _strides[level]), isZero, positions, segments, indices);
            any |= found;
            if (sparse && !found)
            {
                // Nothing but zeros: as if it had not been walked.
                positions.RemoveRange(before, positions.Count - before);
                for (int l = level + 1; l < _levels.Length; l++)
                {
                    segments[l].RemoveRange(counts[l].Segments, segments[l].Count - counts[l].Segments);
                    indices[l].RemoveRange(counts[l].Indices, indices[l].Count - counts[l].Indices);
                }
            }
            else if (sparse)
            {
                indices[level].Add(i);
            }
        }

        if (sparse)
        {
            segments[level].Add(indices[level].Count);
        }

        return any;
    }

    private static FlatObject Indices(List<int> values)
    {
        long[] numbers = [.. values];
        int largest = values.Count == 0 ? 0 : values.Max();
        return largest <= byte.MaxValue ? TFLiteSchema.New("Uint8Vector").With("values", FlatVector.Of(FlatKind.UInt8, numbers))
            : largest <= ushort.MaxValue ? TFLiteSchema.New("Uint16Vector").With("values", FlatVector.Of(FlatKind.UInt16, numbers))
            : TFLiteSchema.New("Int32Vector").With("values", FlatVector.Of(FlatKind.Int32, numbers));
    }

    private int BlockOf(int dimension)
    {
        int block = Array.IndexOf(_blockMap, dimension);
        return block < 0 ? 1 : _levels[Array.IndexOf(_order, Shape.Rank + block)].Size;
    }

    // Steps that a level has room for; of sparse ones the description does not say.
    private int Extent(int level)
    {
        int d = _order[level];
        return _levels[level].Segments is null ? _levels[level].Size : (int)(Shape[d < Shape.Rank ? d : _blockMap[d - Shape.Rank]] / (d < Shape.Rank ? BlockOf(d) : 1));
    }

    private void Check()
    {
        long rows = 1;
        for (int l = 0; l < _levels.Length; l++)
        {
            int d = _order[l];
            if (d >= Shape.Rank && _levels[l].Segments is not null)
            {
                throw new GraphException("the sparsity of a tensor has blocks that are sparse themselves");
            }

            int block = d < Shape.Rank ? BlockOf(d) : _levels[l].Size;
            if (block < 1 || (d < Shape.Rank && Shape[d] % block != 0) || (d < Shape.Rank && _levels[l].Segments is null && _levels[l].Size != Shape[d] / block))
            {
                throw new GraphException($"dimension {d} of a sparse tensor {Shape} is described with the extent {_levels[l].Size} and blocks of {block}");
            }

            rows = _levels[l].Check(rows, d < Shape.Rank ? Shape[d] / block : block);
            Described += _levels[l].Indices.Length + (_levels[l].Segments?.Length ?? 0);
            if (rows > Shape.Count)
            {
                throw new GraphException($"a sparse tensor {Shape} describes {rows} values, more than it has elements");
            }
        }

        ValueCount = rows;
    }

    private void Walk(int level, long row, long at, Action<long> position)
    {
        if (level == _levels.Length)
        {
            position(at);
            return;
        }

        Level l = _levels[level];
        if (l.Segments is null)
        {
            for (int i = 0; i < l.Size; i++)
            {
                Walk(level + 1, (row * l.Size) + i, at + (i * _strides[level]), position);
            }

            return;
        }

        for (int i = l.Segments[row]; i < l.Segments[row + 1]; i++)
        {
            Walk(level + 1, i, at + (l.Indices[i] * _strides[level]), position);
        }
    }

    private static int[] Integers(FlatVector? vector) => vector is null ? [] : [.. vector.ToIntegers().Select(v => (int)v)];

    /// <summary>One dimension as it is walked.</summary>
    private sealed record Level(int Size, int[]? Segments, int[] Indices)
    {
        public static Level Read(FlatObject dimension) => dimension.Integer("format") == 1
            ? new Level(0, Integers(dimension.Table("array_segments")?.Vector("values")), Integers(dimension.Table("array_indices")?.Vector("values")))
            : new Level((int)dimension.Integer("dense_size"), null, []);

        /// <summary>Checks the description for a number of rows before it and gives that after it.</summary>
        public long Check(long rows, long extent)
        {
            if (Segments is null)
            {
                return Size < 0 || Size > extent ? throw new GraphException($"a sparse tensor has a dense dimension of {Size} where {extent} are expected") : rows * Size;
            }

            if (Segments.Length != rows + 1 || Segments[0] != 0 || Segments[^1] != Indices.Length)
            {
                throw new GraphException($"a sparse tensor has {Segments.Length} segments for {rows} rows and {Indices.Length} indices");
            }

            for (int r = 0; r < rows; r++)
            {
                for (int i = Segments[r]; i < Segments[r + 1]; i++)
                {
                    if (i >= Indices.Length || Indices[i] < 0 || Indices[i] >= extent || (i > Segments[r] && Indices[i] <= Indices[i - 1]))
                    {
                        throw new GraphException($"index {i} of a sparse dimension is out of order or outside {extent}");
                    }
                }

                if (Segments[r + 1] < Segments[r])
                {
                    throw new GraphException($"segment {r} of a sparse dimension ends before it begins");
                }
            }

            return Indices.Length;
        }
    }
}
