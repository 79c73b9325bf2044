using System.Buffers.Binary;

namespace Pare.Codecs;

/// <summary>Arrays in chunks of 65,536 elements: sizes of all chunks but the last (4 bytes each), then the chunks.</summary>
internal static unsafe class PlaneChunks
{
    /// <summary>Codes an array.</summary>
    /// <param name="head">Bytes to put before it.</param>
    /// <param name="values">The elements.</param>
    /// <param name="element">What they are.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    public static byte[] Encode(ReadOnlySpan<byte> head, ReadOnlySpan<byte> values, PlaneElement element, int threads)
    {
        int width = PlaneCoder.Width(element);
        int chunkBytes = BytePlane.MaxLength * width;
        int chunks = (int)(((long)values.Length + chunkBytes - 1) / chunkBytes);
        int length = values.Length;
        ByteSink[] coded = new ByteSink[chunks];
        fixed (byte* start = values)
        {
            byte* first = start;
            Workers.For(chunks, threads, k =>
            {
                int size = (int)Math.Min(chunkBytes, length - (long)k * chunkBytes);
                coded[k] = new ByteSink(size + 64);
                PlaneChunk.Encode(new ReadOnlySpan<byte>(first + (long)k * chunkBytes, size), element, coded[k]);
            });
        }

        int total = head.Length + 4 * Math.Max(0, chunks - 1);
        foreach (ByteSink chunk in coded)
        {
            total = checked(total + chunk.Count);
        }

        byte[] result = GC.AllocateUninitializedArray<byte>(total);
        head.CopyTo(result);
        int at = head.Length;
        for (int k = 0; k + 1 < chunks; k++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(at), coded[k].Count);
            at += 4;
        }

        foreach (ByteSink chunk in coded)
        {
            chunk.Span.CopyTo(result.AsSpan(at));
            at += chunk.Count;
            chunk.Release();
        }

        return result;
    }

    /// <summary>Decodes an array.</summary>
    public static void Decode(ReadOnlySpan<byte> coded, PlaneElement element, Span<byte> values, int threads)
    {
        int width = PlaneCoder.Width(element);
        int chunkBytes = BytePlane.MaxLength * width;
        int chunks = (int)(((long)values.Length + chunkBytes - 1) / chunkBytes);
        if (4L * (chunks - 1) > coded.Length)
        {
            throw new CodecException("planes", $"the sizes of {chunks} chunks need {4L * (chunks - 1)} bytes, found {coded.Length}", 0);
        }

        int[] starts = new int[chunks + 1];
        starts[0] = 4 * (chunks - 1);
        for (int k = 0; k + 1 < chunks; k++)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(coded[(4 * k)..]);
            if (size < 0 || size > coded.Length - starts[k])
            {
                throw new CodecException("planes", $"chunk {k} has {size} bytes, {coded.Length - starts[k]} are left", 4L * k);
            }

            starts[k + 1] = starts[k] + size;
        }

        starts[chunks] = coded.Length;
        int length = values.Length;
        fixed (byte* source = coded)
        fixed (byte* target = values)
        {
            byte* from = source;
            byte* to = target;
            Workers.For(chunks, threads, k => PlaneChunk.Decode(
                new ReadOnlySpan<byte>(from + starts[k], starts[k + 1] - starts[k]), element, new Span<byte>(to + (long)k * chunkBytes, (int)Math.Min(chunkBytes, length - (long)k * chunkBytes)), starts[k]));
        }
    }
}
