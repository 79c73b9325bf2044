using System.Numerics;

namespace Pare.Formats.Hdf5;

/// <summary>Version 2 B-trees: addresses of their records, in order.</summary>
internal static class BTree2
{
    private const int Overhead = 10;

    /// <summary>The record type, the size of a record, and the records' addresses.</summary>
    public static (int Type, int RecordSize, List<long> Records) Read(Hdf5Bytes bytes, long header)
    {
        bytes.Signature(header, "BTHD"u8, "a B-tree");
        int type = bytes.Byte(header + 5);
        long nodeSize = bytes.UInt32(header + 6);
        int recordSize = bytes.UInt16(header + 10);
        int depth = bytes.UInt16(header + 12);
        long root = bytes.Offset(header + 16);
        int count = bytes.UInt16(header + 16 + bytes.OffsetSize);
        List<long> records = [];
        if (root == Hdf5Bytes.Undefined || count == 0)
        {
            return (type, recordSize, records);
        }

        if (recordSize == 0 || nodeSize <= Overhead || depth > 16)
        {
            bytes.Fail(header, $"a B-tree has nodes of {nodeSize} bytes, records of {recordSize}, a depth of {depth}");
        }

        // How many records nodes of each level hold at most tells how wide their counts are.
        long leaf = (nodeSize - Overhead) / recordSize;
        int countWidth = Width(leaf);
        long[] cumulative = new long[depth + 1];
        cumulative[0] = leaf;
        int[] pointer = new int[depth + 1];
        for (int level = 1; level <= depth; level++)
        {
            pointer[level] = bytes.OffsetSize + countWidth + (level > 1 ? Width(cumulative[level - 1]) : 0);
            long most = Math.Max(0, nodeSize - Overhead - pointer[level]) / (recordSize + pointer[level]);
            BigInteger all = ((BigInteger)(most + 1) * cumulative[level - 1]) + most;
            cumulative[level] = all > long.MaxValue ? long.MaxValue : (long)all;
        }

        HashSet<long> seen = [];
        Visit(root, count, depth);
        return (type, recordSize, records);

        void Visit(long node, int n, int level)
        {
            if (!seen.Add(node))
            {
                bytes.Fail(node, "a B-tree leads back to itself");
            }

            bytes.Signature(node, level == 0 ? "BTLF"u8 : "BTIN"u8, "a B-tree's node");
            long at = node + 6;
            _ = bytes.Slice(at, ((long)n * recordSize) + (level > 0 ? (n + 1L) * pointer[level] : 0), "a B-tree's node");
            long child = at + ((long)n * recordSize);
            for (int i = 0; i <= n; i++)
            {
                if (level > 0)
                {
                    Visit(bytes.Address(child, "a B-tree's child"), (int)Math.Min(ushort.MaxValue, bytes.Number(child + bytes.OffsetSize, countWidth, "a count of records")), level - 1);
                    child += pointer[level];
                }

                if (i < n)
                {
                    records.Add(at);
                    at += recordSize;
                }
            }
        }
    }

    private static int Width(long most) => (BitOperations.Log2((ulong)Math.Max(1, most)) / 8) + 1;
}
