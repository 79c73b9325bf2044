using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>
/// What a linear layer's input looks like over calibration data: for each group the mean of the rows and the second moment
/// <c>H = E[x xᵀ]</c>, the matrix in which an error <c>e</c> of a weight column costs <c>eᵀ H e</c> at the output (Frantar et al., GPTQ, 2022, section 3).
/// Sums are kept in binary64. Not safe for concurrent writing.
/// </summary>
public sealed class LayerStatistics
{
    /// <summary>Largest number of rows for which a full second moment is kept.</summary>
    public const int LargestInputSize = 1200;

    private readonly double[][] _moments;
    private readonly double[][] _sums;
    private long _rows;

    /// <summary>Creates empty statistics.</summary>
    /// <param name="layer">The layer.</param>
    public LayerStatistics(LinearLayer layer)
        : this(layer, diagonalOnly: false)
    {
    }

    /// <summary>Creates empty statistics.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="diagonalOnly">Whether only the diagonal of the second moment is kept, which takes a row of memory instead of a matrix.</param>
    public LayerStatistics(LinearLayer layer, bool diagonalOnly)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = layer;
        DiagonalOnly = diagonalOnly;
        _moments = new double[layer.Groups][];
        _sums = new double[layer.Groups][];
        for (int g = 0; g < layer.Groups; g++)
        {
            _moments[g] = new double[diagonalOnly ? layer.InputSize : layer.InputSize * layer.InputSize];
            _sums[g] = new double[layer.InputSize];
        }
    }

    /// <summary>The layer.</summary>
    public LinearLayer Layer { get; }

    /// <summary>Whether only the diagonal of the second moment is kept.</summary>
    public bool DiagonalOnly { get; }

    /// <summary>Rows seen, each a place where the weight was applied.</summary>
    public long Rows => _rows;

    /// <summary>Output places an input sample has on the average; an error at every place counts.</summary>
    public double PlacesPerSample { get; private set; } = 1;

    /// <summary>Mean of the rows of a group.</summary>
    public double[] Mean(int group) => [.. _sums[group].Select(s => _rows == 0 ? 0 : s / _rows)];

    /// <summary>The diagonal of the second moment of a group: the mean square of each row's input.</summary>
    public double[] Diagonal(int group)
    {
        double scale = _rows == 0 ? 0 : 1.0 / _rows;
        int step = DiagonalOnly ? 1 : Layer.InputSize + 1;
        return [.. Enumerable.Range(0, Layer.InputSize).Select(i => _moments[group][i * step] * scale)];
    }

    /// <summary>Second moment of a group, row-major, <c>InputSize × InputSize</c>.</summary>
    /// <param name="group">The group.</param>
    /// <param name="centred">Whether the mean's part is taken off, as is right where a bias correction follows.</param>
    /// <exception cref="InvalidOperationException">Only the diagonal is kept.</exception>
    public double[] Moment(int group, bool centred)
    {
        if (DiagonalOnly)
        {
            throw new InvalidOperationException("only the diagonal of the second moment was kept");
        }

        int d = Layer.InputSize;
        double[] result = new double[d * d];
        double scale = _rows == 0 ? 0 : 1.0 / _rows;
        double[] mean = Mean(group);
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                // Only the lower triangle is summed.
                double m = (i >= j ? _moments[group][(i * d) + j] : _moments[group][(j * d) + i]) * scale;
                result[(i * d) + j] = centred ? m - (mean[i] * mean[j]) : m;
            }
        }

        return result;
    }

    /// <summary>Adds what one run of the model fed the layer.</summary>
    /// <param name="input">The layer's input: [N, …] with the channels where the layer says.</param>
    /// <param name="maxPlaces">At most so many places of a picture are taken, evenly spread.</param>
    public void Add(TensorData input, int maxPlaces = 256)
    {
        ArgumentNullException.ThrowIfNull(input);
        float[] values = input.ToFloats();
        if (Layer.Window is { } window)
        {
            // Small groups have few numbers to learn and are many: a quarter of the places does.
            AddConvolution(values, input.Shape, window, Layer.Groups > 1 && Layer.InputSize <= 32 ? Math.Max(16, maxPlaces / 4) : maxPlaces);
        }
        else
        {
            AddRows(values, maxPlaces * 4);
        }
    }

    private void AddRows(float[] values, int maxRows)
    {
        int d = Layer.InputSize;
        int rows = values.Length / d;
        PlacesPerSample = rows;
        int step = Math.Max(1, (rows + maxRows - 1) / maxRows);
        double[] row = new double[d];
        for (int r = 0; r < rows; r += step)
        {
            for (int j = 0; j < d; j++)
            {
                row[j] = values[(r * d) + j];
            }

            AddRow(0, row);
            _rows++;
        }
    }

    private void AddConvolution(float[] values, TensorShape shape, PatchWindow window, int maxPlaces)
    {
        bool last = Layer.ChannelsLast;
        (int n, int h, int w, int c) = last
            ? ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3])
            : ((int)shape[0], (int)shape[2], (int)shape[3], (int)shape[1]);
        (int channelStride, int rowStride, int columnStride) = last ? (1, w * c, c) : (h * w, w, 1);
        (int top, int places) = window.Along(h, vertical: true);
        (int left, int columns) = window.Along(w, vertical: false);
        int perGroup = c / Layer.Groups;
        PlacesPerSample = (double)places * columns;
        int step = Math.Max(1, ((places * columns) + maxPlaces - 1) / maxPlaces);
        double[] row = new double[Layer.InputSize];
        for (int b = 0; b < n; b++)
        {
            // A prime-like offset each picture keeps the sample from falling on one column.
            for (int p = (int)((_rows * 7) % step); p < places * columns; p += step)
            {
                int y0 = (p / columns * window.StrideHeight) - top;
                int x0 = (p % columns * window.StrideWidth) - left;
                for (int g = 0; g < Layer.Groups; g++)
                {
                    int j = 0;
                    for (int ky = 0; ky < window.KernelHeight; ky++)
                    {
                        int y = y0 + (ky * window.DilationHeight);
                        for (int kx = 0; kx < window.KernelWidth; kx++)
                        {
                            int x = x0 + (kx * window.DilationWidth);
                            bool inside = (uint)y < (uint)h && (uint)x < (uint)w;
                            int at = (b * h * w * c) + (y * rowStride) + (x * columnStride) + (g * perGroup * channelStride);
                            for (int i = 0; i < perGroup; i++, j++)
                            {
                                row[j] = inside ? values[at + (i * channelStride)] : 0;
                            }
                        }
                    }

                    AddRow(g, row);
                }

                _rows++;
            }
        }
    }

    private void AddRow(int group, double[] row)
    {
        int d = row.Length;
        double[] sums = _sums[group];
        double[] moments = _moments[group];
        if (DiagonalOnly)
        {
            TensorPrimitives.Add(sums, row, sums);
            TensorPrimitives.MultiplyAdd(row, row, moments, moments);
            return;
        }

        if (d <= 16)
        {
            for (int i = 0; i < d; i++)
            {
                double v = row[i];
                sums[i] += v;
                int at = i * d;
                for (int j = 0; j <= i; j++)
                {
                    moments[at + j] += v * row[j];
                }
            }

            return;
        }

        TensorPrimitives.Add(sums, row, sums);
        for (int i = 0; i < d; i++)
        {
            double v = row[i];
            if (v != 0)
            {
                Span<double> target = moments.AsSpan(i * d, i + 1);
                TensorPrimitives.MultiplyAdd(row.AsSpan(0, i + 1), v, target, target);
            }
        }
    }
}
