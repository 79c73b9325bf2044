namespace Pare.Codecs;

/// <summary>Chooses the tables of a plane: a new one for a block of 8,192 symbols has to earn its own bytes.</summary>
internal static class RansTables
{
    // With many symbols a table costs so much that whole runs of blocks should share one.
    private const int ManySymbols = 48;

    /// <summary>The table of each block; the same object where a block keeps the one before.</summary>
    /// <returns>The tables and about how many bits tables and symbols take.</returns>
    public static (RansTable[] Tables, double Bits) Choose(ReadOnlySpan<byte> bytes)
    {
        int blocks = (bytes.Length + RansEncoder.BlockSize - 1) / RansEncoder.BlockSize;
        int[] counts = new int[blocks * 256];
        for (int b = 0; b < blocks; b++)
        {
            int first = b * RansEncoder.BlockSize;
            Histogram.Count(bytes[first..Math.Min(bytes.Length, first + RansEncoder.BlockSize)], counts.AsSpan(b * 256, 256));
        }

        return blocks > 1 && 256 - counts.AsSpan(0, 256).Count(0) > ManySymbols ? ChooseRuns(counts, blocks) : ChooseGreedily(counts, blocks);
    }

    private static (RansTable[] Tables, double Bits) ChooseGreedily(int[] counts, int blocks)
    {
        RansTable[] tables = new RansTable[blocks];
        double bits = 0;
        for (int b = 0; b < blocks; b++)
        {
            ReadOnlySpan<int> block = counts.AsSpan(b * 256, 256);
            RansTable own = new();
            double ownCost = Fit(own, block);
            double oldCost = b == 0 ? double.PositiveInfinity : tables[b - 1].Cost(block);
            tables[b] = ownCost < oldCost ? own : tables[b - 1];
            bits += Math.Min(ownCost, oldCost);
        }

        return (tables, bits);
    }

    // The cheapest cut into runs of blocks, by dynamic programming over their ends.
    private static (RansTable[] Tables, double Bits) ChooseRuns(int[] counts, int blocks)
    {
        double[] best = new double[blocks + 1];
        Array.Fill(best, double.PositiveInfinity);
        best[0] = 0;
        (int From, RansTable Table)[] last = new (int, RansTable)[blocks + 1];
        int[] sum = new int[256];
        for (int from = 0; from < blocks; from++)
        {
            Array.Clear(sum);
            for (int to = from + 1; to <= blocks; to++)
            {
                for (int s = 0; s < 256; s++)
                {
                    sum[s] += counts[(to - 1) * 256 + s];
                }

                RansTable table = new();
                double cost = best[from] + Fit(table, sum);
                if (cost < best[to])
                {
                    best[to] = cost;
                    last[to] = (from, table);
                }
            }
        }

        RansTable[] tables = new RansTable[blocks];
        for (int to = blocks; to > 0; to = last[to].From)
        {
            tables.AsSpan(last[to].From, to - last[to].From).Fill(last[to].Table);
        }

        return (tables, best[blocks]);
    }

    // Bits of a new table, about, and of the symbols under it.
    private static double Fit(RansTable table, ReadOnlySpan<int> counts)
    {
        table.Normalize(counts);
        return table.Cost(counts) + 17 + 9.5 * (256 - counts.Count(0));
    }
}
