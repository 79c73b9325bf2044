namespace Pare.Evaluation;

/// <summary>Compares the constants of two models. Thread-safe.</summary>
public static class WeightComparison
{
    private const int Chunk = 1 << 16;

    /// <summary>Counts numbers that differ between constants of one name, type and shape, and numbers without a partner in the other model.</summary>
    /// <returns>Null where the models have different operator vocabularies.</returns>
    public static (long Changed, long Unmatched)? Count(Model a, Model b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Vocabulary != b.Vocabulary)
        {
            return null;
        }

        Dictionary<string, TensorData> first = new(StringComparer.Ordinal);
        foreach (Value v in a.Graph.Constants)
        {
            first.TryAdd(v.Name, v.Constant!);
        }

        long changed = 0;
        long unmatched = 0;
        foreach (Value v in b.Graph.Constants)
        {
            TensorData content = v.Constant!;
            if (!first.Remove(v.Name, out TensorData? other))
            {
                unmatched += content.Count;
            }
            else if (other.Type != content.Type || !other.Shape.Equals(content.Shape))
            {
                unmatched += Math.Max(content.Count, other.Count);
            }
            else if (!ReferenceEquals(other, content) && content.Type != DataType.String && content.Type.BitWidth() > 0)
            {
                changed += CountDifferent(other, content);
            }
        }

        return (changed, unmatched + first.Values.Sum(t => t.Count));
    }

    /// <summary>Compares bit patterns, so that NaN equals itself and -0 is not 0.</summary>
    private static long CountDifferent(TensorData a, TensorData b)
    {
        int bits = a.Type.BitWidth();
        byte[] x = new byte[Chunk];
        byte[] y = new byte[Chunk];
        long different = 0;
        for (long at = 0; at < a.ByteLength; at += Chunk)
        {
            int n = (int)Math.Min(Chunk, a.ByteLength - at);
            a.ReadBytes(at, x.AsSpan(0, n));
            b.ReadBytes(at, y.AsSpan(0, n));
            if (x.AsSpan(0, n).SequenceEqual(y.AsSpan(0, n)))
            {
                continue;
            }

            if (bits >= 8)
            {
                int size = bits / 8;
                for (int i = 0; i < n; i += size)
                {
                    different += x.AsSpan(i, size).SequenceEqual(y.AsSpan(i, size)) ? 0 : 1;
                }
            }
            else
            {
                int mask = (1 << bits) - 1;
                for (int i = 0; i < n * 8; i += bits)
                {
                    different += (((x[i / 8] ^ y[i / 8]) >> (i % 8)) & mask) != 0 ? 1 : 0;
                }
            }
        }

        return different;
    }
}
