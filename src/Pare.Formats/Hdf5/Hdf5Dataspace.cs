namespace Pare.Formats.Hdf5;

/// <summary>The extents of a dataset or an attribute.</summary>
internal static class Hdf5Dataspace
{
    /// <summary>Reads the extents at an address; a null space has one extent of 0.</summary>
    public static TensorShape Read(Hdf5Bytes bytes, long at)
    {
        int version = bytes.Byte(at);
        int rank = bytes.Byte(at + 1);
        if (version is not (1 or 2) || rank > 32)
        {
            bytes.Fail(at, $"a dataspace is of version {version} and rank {rank}; known are versions 1 and 2 and up to 32 dimensions");
        }

        if (version == 2 && bytes.Byte(at + 3) == 2)
        {
            return new TensorShape(0);
        }

        long first = at + (version == 1 ? 8 : 4);
        long[] extents = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            extents[i] = bytes.LengthAt(first + (i * bytes.LengthSize), "an extent");
        }

        try
        {
            return new TensorShape(extents);
        }
        catch (GraphException e)
        {
            throw bytes.Damaged(at, e.Message);
        }
    }
}
