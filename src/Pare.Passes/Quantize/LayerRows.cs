namespace Pare.Passes.Quantize;

/// <summary>
/// Lays out what a linear layer reads as the rows of a matrix: one row for each place where the weight is applied (a pixel of a convolution's output, a row
/// of a product), in the layer's order of rows. Immutable and thread-safe.
/// </summary>
internal sealed class LayerRows
{
    private readonly LinearLayer _layer;

    public LayerRows(LinearLayer layer) => _layer = layer;

    /// <summary>Places in an input of a shape.</summary>
    public int Places(TensorShape shape)
    {
        if (_layer.Window is not { } window)
        {
            return (int)(shape.Count / _layer.InputSize);
        }

        bool last = _layer.ChannelsLast;
        (int h, int w) = ((int)shape[last ? 1 : 2], (int)shape[last ? 2 : 3]);
        return (int)shape[0] * window.Along(h, vertical: true).Places * window.Along(w, vertical: false).Places;
    }

    /// <summary>Writes the rows of some places.</summary>
    /// <param name="values">The layer's input.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="group">The group.</param>
    /// <param name="places">Which places.</param>
    /// <param name="rows">Takes them, <see cref="LinearLayer.InputSize"/> values each.</param>
    public void Fill(ReadOnlySpan<float> values, TensorShape shape, int group, ReadOnlySpan<int> places, Span<float> rows)
    {
        int d = _layer.InputSize;
        if (_layer.Window is not { } window)
        {
            for (int r = 0; r < places.Length; r++)
            {
                values.Slice(places[r] * d, d).CopyTo(rows[(r * d)..]);
            }

            return;
        }

        bool last = _layer.ChannelsLast;
        (int h, int w, int c) = last ? ((int)shape[1], (int)shape[2], (int)shape[3]) : ((int)shape[2], (int)shape[3], (int)shape[1]);
        (int channelStride, int rowStride, int columnStride) = last ? (1, w * c, c) : (h * w, w, 1);
        (int top, int down) = window.Along(h, vertical: true);
        (int left, int across) = window.Along(w, vertical: false);
        int perGroup = c / _layer.Groups;
        for (int r = 0; r < places.Length; r++)
        {
            int picture = places[r] / (down * across);
            int place = places[r] % (down * across);
            int y0 = (place / across * window.StrideHeight) - top;
            int x0 = (place % across * window.StrideWidth) - left;
            int start = (picture * h * w * c) + (group * perGroup * channelStride);
            Span<float> row = rows.Slice(r * d, d);
            int j = 0;
            for (int ky = 0; ky < window.KernelHeight; ky++)
            {
                int y = y0 + (ky * window.DilationHeight);
                for (int kx = 0; kx < window.KernelWidth; kx++, j += perGroup)
                {
                    int x = x0 + (kx * window.DilationWidth);
                    Span<float> part = row.Slice(j, perGroup);
                    if ((uint)y >= (uint)h || (uint)x >= (uint)w)
                    {
                        part.Clear();
                        continue;
                    }

                    int at = start + (y * rowStride) + (x * columnStride);
                    if (channelStride == 1)
                    {
                        values.Slice(at, perGroup).CopyTo(part);
                        continue;
                    }

                    for (int i = 0; i < perGroup; i++)
                    {
                        part[i] = values[at + (i * channelStride)];
                    }
                }
            }
        }
    }
}
