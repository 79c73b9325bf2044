namespace Pare.Passes.Round;

/// <summary>
/// Picks step and clipping of a <see cref="ZeroGrid"/>: the least squared error over ranges from the full one down, where clipping the few largest values
/// costs less than the finer step gains. Errors are taken on a fixed sample of blocks spread over the tensor.
/// </summary>
internal static class ZeroGridSearch
{
    private const int Block = 1024;
    private const int Blocks = 48;
    private const double Shrink = 0.93;
    private const int Patience = 3;
    private const double LeastRange = 0.2;

    /// <summary>The best grid of at most <paramref name="levels"/> levels; null where all values are equal or one is not finite.</summary>
    public static ZeroGrid? Find(TensorData tensor, int levels)
    {
        if (Range(tensor) is not (float low, float high))
        {
            return null;
        }

        float[] sample = Sample(tensor);
        ZeroGrid? best = null;
        double least = double.PositiveInfinity;
        int worse = 0;
        for (double part = 1; part >= LeastRange && worse < Patience; part *= Shrink)
        {
            ZeroGrid grid = Make(part * Math.Min(low, 0), part * Math.Max(high, 0), levels);
            double error = grid.SquaredError(sample);
            if (error < least)
            {
                (least, best, worse) = (error, grid, 0);
            }
            else
            {
                worse++;
            }
        }

        return best;
    }

    private static ZeroGrid Make(double low, double high, int levels)
    {
        float step = (float)((high - low) / (levels - 1));
        int lowest = Math.Clamp((int)Math.Round(low / step), 1 - levels, 0);
        return new ZeroGrid(step, lowest, lowest + levels - 1);
    }

    // Lowest and highest value; null where they are equal, so near that a step would vanish, or not finite.
    private static (float Low, float High)? Range(TensorData tensor)
    {
        (float low, float high, bool finite) = FloatRange.Of(tensor);
        return finite && low < high && float.IsNormal((Math.Max(high, 0) - Math.Min(low, 0)) / 65536) && float.IsNormal(1 / (high - low)) ? (low, high) : null;
    }

    private static float[] Sample(TensorData tensor)
    {
        if (tensor.Count <= Block * Blocks)
        {
            return tensor.ToFloats();
        }

        float[] sample = new float[Block * Blocks];
        for (int b = 0; b < Blocks; b++)
        {
            tensor.ReadFloats((tensor.Count - Block) * b / (Blocks - 1), sample.AsSpan(b * Block, Block));
        }

        return sample;
    }
}
