using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pare.Passes.Optimize;

namespace Pare.Passes.Conversion;

/// <summary>
/// A constant with its axes in another order, which is brought about when it is read: a large filter goes from one file to another without lying in memory twice.
/// Axis i is axis <c>permutation[i]</c> of what it stands on.
/// </summary>
internal sealed class TransposedTensorData : TensorData
{
    private const int Block = 16;
    private const int SmallBytes = 4096;
    private readonly TensorData _inner;
    private readonly int[] _permutation;
    private readonly WeakReference<byte[]?> _result = new(null);

    private TransposedTensorData(TensorData inner, int[] permutation)
        : base(inner.Type, new TensorShape([.. permutation.Select(p => inner.Shape[p])]))
    {
        _inner = inner;
        _permutation = permutation;
    }

    /// <summary>A tensor with permuted axes; permutations of permuted tensors join.</summary>
    public static TensorData Of(TensorData source, ReadOnlySpan<long> permutation)
    {
        int[] order = new int[permutation.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = (int)permutation[i];
        }

        // Factors a channel are applied after the move, so that what is moved lies in the file as it is.
        if (source is ScaledTensorData scaled && scaled.Transpose(permutation) is { } moved)
        {
            return moved;
        }

        TensorData inner = source;
        if (source is TransposedTensorData before)
        {
            order = Array.ConvertAll(order, i => before._permutation[i]);
            inner = before._inner;
        }

        bool identity = true;
        int last = -1;
        bool moves = false;
        for (int i = 0; i < order.Length; i++)
        {
            identity &= order[i] == i;
            if (inner.Shape[order[i]] != 1)
            {
                moves |= order[i] < last;
                last = order[i];
            }
        }

        // Where only axes of extent 1 move, the elements stay where they are.
        if (moves && !identity)
        {
            TransposedTensorData lazy = new(inner, order);
            return lazy.ByteLength > SmallBytes ? lazy : new DenseTensorData(lazy.Type, lazy.Shape, lazy.GetBytes().ToArray());
        }

        return identity ? inner : new TensorView(inner, inner.Type, new TensorShape([.. order.Select(p => inner.Shape[p])]));
    }

    /// <summary>Whether another moves the axes of the same constant in the same way.</summary>
    public bool IsSame(TransposedTensorData other) => DerivedTensors.AreSame(_inner, other._inner) && _permutation.AsSpan().SequenceEqual(other._permutation);

    /// <inheritdoc/>
    public override void ReadBytes(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, ByteLength, nameof(offset));
        if (offset == 0 && destination.Length == ByteLength)
        {
            Fill(destination);
            return;
        }

        (long[] shape, long[] strides) = Collapse();
        if (IsTurn(shape, strides) && offset % 4 == 0 && destination.Length % 4 == 0 && _inner.TryGetBytes(out ReadOnlySpan<byte> source))
        {
            Turn(MemoryMarshal.Cast<byte, int>(source), MemoryMarshal.Cast<byte, int>(destination), (int)shape[1], (int)shape[0], (int)(offset / 4));
            return;
        }

        // Other parts: all is moved once and kept as long as nobody needs the memory.
        if (!_result.TryGetTarget(out byte[]? whole))
        {
            whole = GC.AllocateUninitializedArray<byte>((int)ByteLength);
            Fill(whole);
            _result.SetTarget(whole);
        }

        whole.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override void Unload() => _inner.Unload();

    private void Fill(Span<byte> destination)
    {
        (long[] shape, long[] strides) = Collapse();
        ReadOnlySpan<byte> source = _inner.GetBytes();
        if (IsTurn(shape, strides))
        {
            Turn(MemoryMarshal.Cast<byte, int>(source), MemoryMarshal.Cast<byte, int>(destination), (int)shape[1], (int)shape[0], 0);
            return;
        }

        Copy(source, destination, shape, strides, Type.BitWidth() / 8);
    }

    // Whether the move is that of a matrix of 32-bit elements, whose columns become rows.
    private bool IsTurn(long[] shape, long[] strides) => Type.BitWidth() == 32 && shape.Length == 2 && strides[0] == 1 && strides[1] == shape[0];

    // Neighbouring axes that stay neighbours are one.
    private (long[] Shape, long[] Strides) Collapse()
    {
        int rank = _permutation.Length;
        long[] innerStrides = new long[rank];
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            innerStrides[i] = stride;
            stride *= _inner.Shape[i];
        }

        List<long> shape = [];
        List<long> strides = [];
        for (int i = 0; i < rank; i++)
        {
            long extent = _inner.Shape[_permutation[i]];
            long step = innerStrides[_permutation[i]];
            if (extent == 1)
            {
                continue;
            }

            if (shape.Count > 0 && strides[^1] == step * extent)
            {
                shape[^1] *= extent;
                strides[^1] = step;
            }
            else
            {
                shape.Add(extent);
                strides.Add(step);
            }
        }

        return shape.Count == 0 ? ([1], [1]) : ([.. shape], [.. strides]);
    }

    // [rows, columns] to [columns, rows], from a position of the result on, a block at a time so that lines of memory are used whole.
    private static void Turn(ReadOnlySpan<int> source, Span<int> destination, int rows, int columns, int first)
    {
        int past = first + destination.Length;
        int lastColumn = (past + rows - 1) / rows;
        for (int c = first / rows; c < lastColumn; c += Block)
        {
            int columnEnd = Math.Min(lastColumn, c + Block);
            for (int r = 0; r < rows; r += Block)
            {
                int rowEnd = Math.Min(rows, r + Block);
                for (int j = c; j < columnEnd; j++)
                {
                    int from = Math.Max(r, first - (j * rows));
                    int to = Math.Min(rowEnd, past - (j * rows));
                    for (int i = from; i < to; i++)
                    {
                        destination[(j * rows) + i - first] = source[(i * columns) + j];
                    }
                }
            }
        }
    }

    private static void Copy(ReadOnlySpan<byte> from, Span<byte> to, long[] shape, long[] strides, int size)
    {
        int rank = shape.Length;
        long[] index = new long[rank];
        int inner = (int)shape[^1];
        int innerStride = (int)strides[^1] * size;
        long offset = 0;
        for (int done = 0; done < to.Length; done += inner * size)
        {
            int at = (int)(offset * size);
            if (size == 4)
            {
                for (int i = 0, target = done; i < inner; i++, at += innerStride, target += 4)
                {
                    Unsafe.WriteUnaligned(ref to[target], Unsafe.ReadUnaligned<int>(in from[at]));
                }
            }
            else
            {
                for (int i = 0, target = done; i < inner; i++, at += innerStride, target += size)
                {
                    from.Slice(at, size).CopyTo(to[target..]);
                }
            }

            for (int axis = rank - 2; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++index[axis] < shape[axis])
                {
                    break;
                }

                offset -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }
    }
}
