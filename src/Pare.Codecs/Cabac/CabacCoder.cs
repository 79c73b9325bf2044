using System.Buffers.Binary;

namespace Pare.Codecs;

/// <summary>
/// The fast context-adaptive coder for quantized weights: binarisation and contexts of DeepCABAC / ISO 15938-17, a range coder of our own, initial states
/// signalled after a dry run, chunks of 65,536 symbols for threads. The bytes do not depend on the number of threads. Compresses a little less than
/// <see cref="SymbolCoder"/>, many times as fast. Stateless and thread-safe.
/// </summary>
public static unsafe class CabacCoder
{
    /// <summary>Symbols of a chunk.</summary>
    public const int ChunkSize = 1 << 16;

    private const int SignalFrom = 1024;

    /// <summary>Codes symbols.</summary>
    /// <param name="symbols">Any 32-bit values; small magnitudes cost least.</param>
    /// <param name="dependent">Whether they come from <see cref="TrellisQuantizer"/>: contexts then follow its states.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <returns>The coded bytes, without the number of symbols.</returns>
    public static byte[] Encode(ReadOnlySpan<int> symbols, bool dependent = false, int threads = 0)
    {
        if (symbols.IsEmpty)
        {
            return [];
        }

        ByteSink sink = new();
        BitWriter header = new(sink);
        CabacTraining training = new(symbols, dependent);
        int rateClass = symbols.Length >= 4 * SignalFrom ? 1 : 0;
        bool signal = symbols.Length >= SignalFrom;
        header.Write(dependent ? 1u : 0, 1);
        header.Write((uint)rateClass, 2);
        header.Write(signal ? 1u : 0, 1);
        CabacContext[] initial = new CabacContext[CabacModel.Count];
        Array.Fill(initial, new CabacContext(1 << 14));
        if (signal)
        {
            for (int k = 0; k < initial.Length; k++)
            {
                int? state = training.State(k);
                header.Write(state is null ? 0u : (uint)(state.Value + 16), 5);
                initial[k] = new CabacContext(CabacTraining.Probability(state ?? 0));
            }
        }

        header.Finish();
        int chunks = (symbols.Length - 1) / ChunkSize + 1;
        ByteSink[] coded = new ByteSink[chunks];
        int count = symbols.Length;
        fixed (int* start = symbols)
        {
            int* first = start;
            Workers.For(chunks, threads, k =>
            {
                coded[k] = new ByteSink(ChunkSize / 2);
                Span<CabacContext> contexts = stackalloc CabacContext[CabacModel.Count];
                initial.CopyTo(contexts);
                CabacEncoder.Encode(new ReadOnlySpan<int>(first + (long)k * ChunkSize, Math.Min(ChunkSize, count - k * ChunkSize)), coded[k], contexts, rateClass, dependent);
            });
        }

        for (int k = 0; k + 1 < chunks; k++)
        {
            sink.AddLittleEndian<int>([coded[k].Count]);
        }

        foreach (ByteSink chunk in coded)
        {
            sink.Add(chunk.Span);
            chunk.Release();
        }

        return sink.ToArray();
    }

    /// <summary>Decodes symbols.</summary>
    /// <param name="bytes">All bytes that <see cref="Encode"/> gave.</param>
    /// <param name="symbols">Where they go; its length is their number.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <exception cref="CodecException">The bytes are damaged and it shows.</exception>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<int> symbols, int threads = 0)
    {
        if (symbols.IsEmpty)
        {
            if (!bytes.IsEmpty)
            {
                throw new CodecException("cabac", $"{bytes.Length} bytes for no symbols", 0);
            }

            return;
        }

        BitReader header = new(bytes);
        bool dependent = header.Read(1) != 0;
        int rateClass = (int)header.Read(2);
        CabacContext[] initial = new CabacContext[CabacModel.Count];
        Array.Fill(initial, new CabacContext(1 << 14));
        if (header.Read(1) != 0)
        {
            for (int k = 0; k < initial.Length; k++)
            {
                int state = (int)header.Read(5);
                initial[k] = new CabacContext(CabacTraining.Probability(state == 0 ? 0 : state - 16));
            }
        }

        int chunks = (symbols.Length - 1) / ChunkSize + 1;
        int[] starts = Starts(bytes, header.Position, chunks);
        int count = symbols.Length;
        fixed (byte* source = bytes)
        fixed (int* target = symbols)
        {
            byte* from = source;
            int* to = target;
            Workers.For(chunks, threads, k =>
            {
                int size = starts[k + 1] - starts[k];
                Span<CabacContext> contexts = stackalloc CabacContext[CabacModel.Count];
                initial.CopyTo(contexts);
                Span<int> own = new(to + (long)k * ChunkSize, Math.Min(ChunkSize, count - k * ChunkSize));
                long needed = CabacDecoder.Decode(new ReadOnlySpan<byte>(from + starts[k], size), own, contexts, rateClass, dependent);
                if (needed > size + 4 || needed < size)
                {
                    throw new CodecException("cabac", needed > size ? $"chunk {k} ends early" : $"chunk {k} has {size - needed} bytes too many", starts[k + 1]);
                }
            });
        }
    }

    private static int[] Starts(ReadOnlySpan<byte> bytes, int at, int chunks)
    {
        long first = at + 4L * (chunks - 1);
        if (first > bytes.Length)
        {
            throw new CodecException("cabac", $"the sizes of {chunks} chunks need {4L * (chunks - 1)} bytes, {bytes.Length - at} are left", at);
        }

        int[] starts = new int[chunks + 1];
        starts[0] = (int)first;
        for (int k = 0; k + 1 < chunks; k++)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 4 * k)..]);
            if (size < 0 || size > bytes.Length - starts[k])
            {
                throw new CodecException("cabac", $"chunk {k} has {size} bytes, {bytes.Length - starts[k]} are left", at + 4L * k);
            }

            starts[k + 1] = starts[k] + size;
        }

        starts[chunks] = bytes.Length;
        return starts;
    }
}
