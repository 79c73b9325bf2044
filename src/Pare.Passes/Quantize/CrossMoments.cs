namespace Pare.Passes.Quantize;

/// <summary>
/// Second moments of what a linear layer reads in a network quantized so far (<c>x̂</c>) and in the original one (<c>x</c>), centred: <c>A = E x̂x̂ᵀ</c> and
/// <c>B = E x̂xᵀ</c>, for each group. Blocks are taken about the first block's mean in binary32 and summed in binary64. Not safe for concurrent writing.
/// </summary>
public sealed class CrossMoments
{
    private const int BlockRows = 512;
    private readonly LayerRows _rows;
    private readonly long _mostRows;
    private readonly int _samples;
    private readonly ParallelOptions _parallel;
    private readonly Group[] _groups;
    private long _seen;
    private double _places;
    private int _seenSamples;

    /// <summary>Creates empty moments.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="samples">How many samples will come.</param>
    /// <param name="work">About how many multiplications may be spent; places are left out evenly beyond it.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    public CrossMoments(LinearLayer layer, int samples, double work, int threads)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = layer;
        _rows = new LayerRows(layer);
        _samples = Math.Max(1, samples);
        double d = layer.InputSize;
        _mostRows = (long)Math.Clamp(work / (1.5 * d * d * layer.Groups), 32 * d, 20_000 + (150 * d));
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) };
        _groups = [.. Enumerable.Range(0, layer.Groups).Select(_ => new Group(layer.InputSize))];
    }

    /// <summary>The layer.</summary>
    public LinearLayer Layer { get; }

    /// <summary>Rows taken.</summary>
    public long Rows => _seen;

    /// <summary>Places of a sample on the average: an error at every place counts.</summary>
    public double PlacesPerSample => _seenSamples == 0 ? 1 : _places / _seenSamples;

    /// <summary>Mean of the quantized network's rows.</summary>
    public double[] MeanQuantized(int group) => _groups[group].Mean(_groups[group].SumQuantized, _groups[group].ShiftQuantized, _seen);

    /// <summary>Mean of the original network's rows.</summary>
    public double[] MeanOriginal(int group) => _groups[group].Mean(_groups[group].SumOriginal, _groups[group].ShiftOriginal, _seen);

    /// <summary><c>A</c>, centred, row-major.</summary>
    public double[] Quantized(int group) => Centred(_groups[group].A, _groups[group].SumQuantized, _groups[group].SumQuantized, symmetric: true);

    /// <summary><c>B</c>, centred, row-major: rows by the quantized network's input.</summary>
    public double[] Cross(int group) => Centred(_groups[group].B, _groups[group].SumQuantized, _groups[group].SumOriginal, symmetric: false);

    /// <summary>Adds a batch.</summary>
    /// <param name="quantized">The layer's input in the quantized network.</param>
    /// <param name="original">The layer's input in the original network.</param>
    /// <param name="samples">Samples in the batch.</param>
    public void Add(TensorData quantized, TensorData original, int samples)
    {
        ArgumentNullException.ThrowIfNull(quantized);
        ArgumentNullException.ThrowIfNull(original);
        int places = _rows.Places(quantized.Shape);
        _places += places;
        _seenSamples += samples;
        double expected = (double)places / Math.Max(1, samples) * _samples;
        int step = (int)Math.Max(1, Math.Ceiling(expected / _mostRows));
        List<int> chosen = [];

        // An offset that wanders keeps the choice from falling on one column of the pictures.
        for (int p = (int)(_seen * 7 % step); p < places; p += step)
        {
            chosen.Add(p);
        }

        float[] hat = quantized.ToFloats();
        float[] original32 = ReferenceEquals(quantized, original) ? hat : original.ToFloats();
        int[] all = [.. chosen];
        int d = Layer.InputSize;
        if (Layer.Groups == 1)
        {
            for (int from = 0; from < all.Length; from += BlockRows)
            {
                AddBlock(_groups[0], 0, hat, original32, quantized.Shape, all.AsSpan(from, Math.Min(BlockRows, all.Length - from)), d);
            }
        }
        else
        {
            Parallel.For(0, Layer.Groups, _parallel, g =>
            {
                for (int from = 0; from < all.Length; from += BlockRows)
                {
                    AddBlock(_groups[g], g, hat, original32, quantized.Shape, all.AsSpan(from, Math.Min(BlockRows, all.Length - from)), d);
                }
            });
        }

        _seen += all.Length;
    }

    private void AddBlock(Group group, int index, float[] hat, float[] original, TensorShape shape, ReadOnlySpan<int> places, int d)
    {
        float[] x = new float[places.Length * d];
        _rows.Fill(hat, shape, index, places, x);
        bool same = ReferenceEquals(hat, original);
        float[] y = x;
        if (!same)
        {
            y = new float[places.Length * d];
            _rows.Fill(original, shape, index, places, y);
        }

        group.Shift(x, y, places.Length);
        Group.Centre(x, group.ShiftQuantized!, group.SumQuantized, places.Length);
        if (same)
        {
            for (int j = 0; j < d; j++)
            {
                group.SumOriginal[j] = group.SumQuantized[j];
            }
        }
        else
        {
            Group.Centre(y, group.ShiftOriginal!, group.SumOriginal, places.Length);
        }

        GramKernel.Add(x, d, x, d, places.Length, group.A, lowerOnly: true, _parallel);
        if (same)
        {
            group.BothSame = true;
        }
        else
        {
            GramKernel.Add(x, d, y, d, places.Length, group.B, lowerOnly: false, _parallel);
        }
    }

    private double[] Centred(double[] sums, double[] left, double[] right, bool symmetric)
    {
        int d = Layer.InputSize;
        double n = Math.Max(1, _seen);
        if (!symmetric && _groups[0].BothSame)
        {
            // The two networks are the same up to here.
            int g = Array.FindIndex(_groups, x => ReferenceEquals(x.B, sums));
            return Quantized(g);
        }

        double[] result = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                double s = !symmetric || i >= j ? sums[(i * d) + j] : sums[(j * d) + i];
                result[(i * d) + j] = (s / n) - (left[i] / n * (right[j] / n));
            }
        }

        return result;
    }

    private sealed class Group(int d)
    {
        public double[] A { get; } = new double[d * d];

        public double[] B { get; } = new double[d * d];

        public double[] SumQuantized { get; } = new double[d];

        public double[] SumOriginal { get; } = new double[d];

        public float[]? ShiftQuantized { get; private set; }

        public float[]? ShiftOriginal { get; private set; }

        public bool BothSame { get; set; }

        public void Shift(float[] x, float[] y, int rows)
        {
            ShiftQuantized ??= MeanOf(x, rows);
            ShiftOriginal ??= ReferenceEquals(x, y) ? ShiftQuantized : MeanOf(y, rows);
        }

        public double[] Mean(double[] sums, float[]? shift, long rows) => [.. sums.Select((s, j) => (s / Math.Max(1, rows)) + (shift?[j] ?? 0))];

        public static void Centre(float[] x, float[] shift, double[] sums, int rows)
        {
            for (int r = 0; r < rows; r++)
            {
                Span<float> row = x.AsSpan(r * shift.Length, shift.Length);
                System.Numerics.Tensors.TensorPrimitives.Subtract(row, shift, row);
                for (int j = 0; j < row.Length; j++)
                {
                    sums[j] += row[j];
                }
            }
        }

        private float[] MeanOf(float[] x, int rows)
        {
            double[] sum = new double[d];
            for (int r = 0; r < rows; r++)
            {
                for (int j = 0; j < d; j++)
                {
                    sum[j] += x[(r * d) + j];
                }
            }

            return [.. sum.Select(s => (float)(s / Math.Max(1, rows)))];
        }
    }
}
