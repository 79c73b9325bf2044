namespace Pare.Formats.Hdf5;

/// <summary>Version 1 B-trees: of groups (kind 0) and of chunks (kind 1).</summary>
internal static class BTree1
{
    /// <summary>Leaf entries in order: the address of the key before each child, and the child's address with the place where that address is written.</summary>
    public static IEnumerable<(long Key, long Child, long ChildAt)> Entries(Hdf5Bytes bytes, long root, int kind, int keySize)
    {
        HashSet<long> seen = [];
        Stack<(long Node, int Level)> open = new();
        open.Push((root, -1));
        List<(long, int)> children = [];
        while (open.TryPop(out (long Node, int Level) top))
        {
            long node = top.Node;
            if (!seen.Add(node))
            {
                bytes.Fail(node, "a B-tree leads back to itself");
            }

            bytes.Signature(node, "TREE"u8, "a B-tree's node");
            int level = bytes.Byte(node + 5);
            if (bytes.Byte(node + 4) != kind || (top.Level >= 0 && level != top.Level - 1))
            {
                bytes.Fail(node, $"a B-tree's node is of kind {bytes.Byte(node + 4)} and level {level}; kind {kind}{(top.Level >= 0 ? $" and level {top.Level - 1}" : "")} was expected");
            }

            int count = bytes.UInt16(node + 6);
            long at = node + 8 + (2 * bytes.OffsetSize);
            _ = bytes.Slice(at, ((long)count * (keySize + bytes.OffsetSize)) + keySize, "a B-tree's node");
            children.Clear();
            for (int i = 0; i < count; i++, at += keySize + bytes.OffsetSize)
            {
                long child = bytes.Address(at + keySize, "a B-tree's child");
                if (level == 0)
                {
                    yield return (at, child, at + keySize);
                }
                else
                {
                    children.Add((child, level));
                }
            }

            for (int i = children.Count - 1; i >= 0; i--)
            {
                open.Push(children[i]);
            }
        }
    }
}
