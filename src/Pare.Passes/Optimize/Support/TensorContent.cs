namespace Pare.Passes.Optimize;

/// <summary>Comparison of constants by content, in parts, so that large ones need not be held.</summary>
internal static class TensorContent
{
    private const int Part = 1 << 16;

    /// <summary>What equal constants share and different ones mostly do not: type, shape and the first bytes.</summary>
    public static string? Key(TensorData data)
    {
        if (data.Type.BitWidth() == 0)
        {
            return null;
        }

        Span<byte> head = stackalloc byte[(int)Math.Min(64, data.ByteLength)];
        data.ReadBytes(0, head);
        return $"{data.Type}{data.Shape}{Convert.ToHexString(head)}";
    }

    /// <summary>Whether type, shape and all bytes agree.</summary>
    public static bool AreEqual(TensorData a, TensorData b)
    {
        if (a.Type != b.Type || !a.Shape.Equals(b.Shape))
        {
            return false;
        }

        if (ReferenceEquals(a, b))
        {
            return true;
        }

        bool equal = AreBytesEqual(a, b);

        // Comparing a model's worth of constants must not leave all of the mapped file in memory.
        a.Unload();
        b.Unload();
        return equal;
    }

    private static bool AreBytesEqual(TensorData a, TensorData b)
    {
        if (a.TryGetBytes(out ReadOnlySpan<byte> first) && b.TryGetBytes(out ReadOnlySpan<byte> second))
        {
            return first.SequenceEqual(second);
        }

        byte[] x = new byte[(int)Math.Min(Part, a.ByteLength)];
        byte[] y = new byte[x.Length];
        for (long at = 0; at < a.ByteLength; at += Part)
        {
            int n = (int)Math.Min(Part, a.ByteLength - at);
            a.ReadBytes(at, x.AsSpan(0, n));
            b.ReadBytes(at, y.AsSpan(0, n));
            if (!x.AsSpan(0, n).SequenceEqual(y.AsSpan(0, n)))
            {
                return false;
            }
        }

        return true;
    }
}
