namespace Pare.Codecs;

/// <summary>Runs independent pieces of work on some cores.</summary>
internal static class Workers
{
    /// <summary>Runs <paramref name="work"/> for 0 to <paramref name="count"/> - 1; the first error is thrown as it is.</summary>
    /// <param name="count">Pieces.</param>
    /// <param name="threads">Cores to use; 0 for all.</param>
    /// <param name="work">What to do; must not depend on the order.</param>
    public static void For(int count, int threads, Action<int> work)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (count <= 1 || threads == 1)
        {
            for (int k = 0; k < count; k++)
            {
                work(k);
            }

            return;
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? -1 : threads }, work);
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<CodecException>().OrderBy(x => x.Offset).FirstOrDefault() is { } first)
        {
            throw new CodecException(first.Codec, first.Problem, first.Offset, e);
        }
    }
}
