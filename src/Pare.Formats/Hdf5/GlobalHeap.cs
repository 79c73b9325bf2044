namespace Pare.Formats.Hdf5;

/// <summary>Collections of values of variable length.</summary>
internal static class GlobalHeap
{
    /// <summary>An object of a collection.</summary>
    public static ReadOnlyMemory<byte> Find(Hdf5Bytes bytes, long collection, long index)
    {
        bytes.Signature(collection, "GCOL"u8, "a collection of values");
        long size = bytes.LengthAt(collection + 8, "the size of a collection of values");
        if (size > bytes.Length - collection)
        {
            bytes.Fail(collection, $"a collection of values takes {size} bytes, beyond the file's end");
        }

        long end = collection + size;
        int head = 8 + bytes.LengthSize;
        for (long at = collection + 8 + bytes.LengthSize; at + head <= end;)
        {
            int found = bytes.UInt16(at);
            long length = bytes.LengthAt(at + 8, "the length of a value");
            if (length > end - at - head)
            {
                bytes.Fail(at, $"a value of {length} bytes exceeds its collection");
            }

            if (found == index && found != 0)
            {
                return bytes.Memory(at + head, length, "a value");
            }

            if (found == 0)
            {
                break;
            }

            at += head + ((length + 7) & ~7L);
        }

        throw bytes.Damaged(collection, $"the collection of values has no object {index}");
    }
}
