namespace Pare.Formats.Hdf5;

/// <summary>Copies between chunks and the dense tensor they are cut from; parts of chunks beyond the edge are left alone.</summary>
internal sealed class ChunkGrid(Hdf5Chunks chunks, int elementSize)
{
    /// <summary>Copies one chunk's part.</summary>
    /// <param name="position">The chunk's row-major position in the grid.</param>
    /// <param name="chunk">The chunk's dense bytes.</param>
    /// <param name="dense">The tensor's dense bytes.</param>
    /// <param name="toChunk">Whether from the tensor to the chunk.</param>
    public void Copy(long position, Span<byte> chunk, Span<byte> dense, bool toChunk)
    {
        int rank = chunks.Extents.Length;
        long[] origin = new long[rank];
        for (int i = rank - 1; i >= 0; i--)
        {
            origin[i] = position % chunks.Grid[i] * chunks.Extents[i];
            position /= chunks.Grid[i];
        }

        long[] count = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            count[i] = Math.Min(chunks.Extents[i], chunks.Shape[i] - origin[i]);
        }

        long run = rank == 0 ? 1 : count[rank - 1];
        long[] index = new long[rank];
        while (true)
        {
            long inChunk = 0;
            long inDense = 0;
            for (int i = 0; i < rank; i++)
            {
                inChunk = (inChunk * chunks.Extents[i]) + index[i];
                inDense = (inDense * chunks.Shape[i]) + origin[i] + index[i];
            }

            Span<byte> a = chunk.Slice((int)(inChunk * elementSize), (int)(run * elementSize));
            Span<byte> b = dense.Slice((int)(inDense * elementSize), (int)(run * elementSize));
            if (toChunk)
            {
                b.CopyTo(a);
            }
            else
            {
                a.CopyTo(b);
            }

            int axis = rank - 2;
            for (; axis >= 0 && ++index[axis] == count[axis]; axis--)
            {
                index[axis] = 0;
            }

            if (axis < 0)
            {
                return;
            }
        }
    }
}
