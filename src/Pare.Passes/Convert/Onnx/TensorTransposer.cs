namespace Pare.Passes.Conversion;

/// <summary>Permutes the axes of constant tensors.</summary>
internal static class TensorTransposer
{
    /// <summary>A new dense tensor whose axis i is axis <paramref name="permutation"/>[i] of <paramref name="source"/>.</summary>
    public static TensorData Transpose(TensorData source, ReadOnlySpan<long> permutation)
    {
        int rank = source.Shape.Rank;
        long[] shape = new long[rank];
        long[] sourceStrides = new long[rank];
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            sourceStrides[i] = stride;
            stride *= source.Shape[i];
        }

        long[] strides = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            shape[i] = source.Shape[(int)permutation[i]];
            strides[i] = sourceStrides[permutation[i]];
        }

        int size = source.Type.BitWidth() / 8;
        byte[] result = GC.AllocateUninitializedArray<byte>((int)source.ByteLength);
        if (result.Length > 0)
        {
            Copy(source.GetBytes(), result, shape, strides, size);
        }

        return new DenseTensorData(source.Type, new TensorShape(shape), result);
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
                    System.Runtime.CompilerServices.Unsafe.WriteUnaligned(ref to[target], System.Runtime.CompilerServices.Unsafe.ReadUnaligned<int>(in from[at]));
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
