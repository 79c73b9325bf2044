namespace Pare.Evaluation;

/// <summary>Finds out how many samples a model takes at once.</summary>
internal static class BatchSize
{
    /// <summary>Samples of a batch where the model leaves it open: enough to spread the cost of a run, few enough to stay in the cache.</summary>
    public const int Usual = 8;

    private const float Tolerance = 1e-3f;

    /// <summary>
    /// The fixed batch, where the inputs have one; else <paramref name="wanted"/> where two samples together give what each gives alone (a Reshape within may hold on to a
    /// batch of one); else 1.
    /// </summary>
    public static int Determine(Dataset data, IModelSession session, DataFeed feed, int wanted)
    {
        int batch = feed.FixedBatch();
        if (batch != 0)
        {
            return Math.Max(1, batch);
        }

        if (wanted <= 1 || data.Items.Count < 2)
        {
            return 1;
        }

        List<PreparedSample> two = [];
        foreach (Sample s in data.Read([.. Enumerable.Range(0, Math.Min(data.Items.Count, 8))]))
        {
            try
            {
                two.Add(feed.Prepare(s.Load()));
            }
            catch (Exception e) when (e is ModelFormatException or IOException or UnauthorizedAccessException)
            {
                // The run itself counts and reports it.
                continue;
            }

            if (two.Count == 2)
            {
                return Agrees(session, feed, two) ? wanted : 1;
            }
        }

        return 1;
    }

    private static bool Agrees(IModelSession session, DataFeed feed, List<PreparedSample> two)
    {
        IReadOnlyList<TensorData> first = session.Run(feed.Batch([two[0]], 1));
        IReadOnlyList<TensorData> second = session.Run(feed.Batch([two[1]], 1));
        IReadOnlyList<TensorData> both;
        try
        {
            both = session.Run(feed.Batch(two, 2));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A model that refuses two at once takes them one by one.
            return false;
        }

        for (int i = 0; i < both.Count; i++)
        {
            if (both[i].Type == DataType.String || both[i].Shape.Rank == 0 || both[i].Shape[0] != 2 || both[i].Count != first[i].Count + second[i].Count)
            {
                return false;
            }

            float[] expected = [.. first[i].ToFloats(), .. second[i].ToFloats()];
            float[] actual = both[i].ToFloats();
            for (int k = 0; k < actual.Length; k++)
            {
                if (Math.Abs(actual[k] - expected[k]) > Tolerance * Math.Max(1, Math.Abs(expected[k])))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
