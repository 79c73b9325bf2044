using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Pare.Passes.Round;

/// <summary>
/// Looks at the values of many constants, all cores busy and memory bounded: the largest first and side by side, a constant that is most of the model by itself with all threads. A constant's
/// values are read once, into a buffer that the next, smaller one takes over.
/// </summary>
internal static class ConstantSweep
{
    private const int LargestCopied = 1 << 23;

    /// <summary>What is done with a constant.</summary>
    /// <param name="index">Its place in the list.</param>
    /// <param name="values">Its values, valid during the call.</param>
    /// <param name="threads">Threads it may use.</param>
    public delegate void Work(int index, ReadOnlySpan<float> values, int threads);

    /// <summary>Does the work for every constant, each of which must have at most <see cref="Array.MaxLength"/> values.</summary>
    public static void ForEach(IReadOnlyList<TensorData> constants, PassContext context, Work work)
    {
        int done = 0;
        ConcurrentBag<float[]> buffers = [];
        long large = constants.Sum(c => c.Count) / context.Threads;
        int[] order = [.. Enumerable.Range(0, constants.Count).OrderByDescending(i => constants[i].Count)];
        int alone = 0;
        while (context.Threads > 1 && alone < order.Length && constants[order[alone]].Count > large)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            One(order[alone++], context.Threads);
        }

        // One at a time from the list, or the large ones at its head would go to one thread together.
        OrderablePartitioner<int> rest = Partitioner.Create(order.Skip(alone), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(rest, new ParallelOptions { MaxDegreeOfParallelism = context.Threads, CancellationToken = context.Cancellation }, i => One(i, 1));

        void One(int i, int threads)
        {
            TensorData constant = constants[i];
            if (constant.Count > LargestCopied && constant.TryGetBytes(out ReadOnlySpan<byte> dense))
            {
                // A giant is read where it lies.
                work(i, MemoryMarshal.Cast<byte, float>(dense), threads);
                constant.Unload();
            }
            else
            {
                float[] buffer = buffers.TryTake(out float[]? used) && used.Length >= constant.Count ? used : GC.AllocateUninitializedArray<float>((int)constant.Count);
                Span<float> values = buffer.AsSpan(0, (int)constant.Count);
                constant.ReadFloats(0, values);
                work(i, values, threads);
                buffers.Add(buffer);
            }

            context.Progress?.Report((double)Interlocked.Increment(ref done) / constants.Count);
        }
    }
}
