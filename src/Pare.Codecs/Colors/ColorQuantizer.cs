namespace Pare.Codecs;

/// <summary>
/// Reduces a picture to few colours: the colours that occur are split into boxes, always the box with the most squared error along its widest spread where
/// that falls most, and the boxes' means are then moved by Lloyd's iteration. Deterministic. Thread-safe.
/// </summary>
public static class ColorQuantizer
{
    private const int Sweeps = 24;

    /// <summary>Finds a palette and each pixel's colour in it.</summary>
    /// <param name="pixels">Red, green, blue, 8 bits each, pixel after pixel.</param>
    /// <param name="colors">The most colours, 1 to 256.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of colours is out of range.</exception>
    /// <exception cref="ArgumentException">The bytes are no whole pixels.</exception>
    public static ColorPalette Quantize(ReadOnlySpan<byte> pixels, int colors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(colors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(colors, 256);
        if (pixels.Length % 3 != 0)
        {
            throw new ArgumentException($"{pixels.Length} bytes are no whole number of RGB pixels", nameof(pixels));
        }

        WeightedColor[] distinct = Distinct(pixels);
        if (distinct.Length == 0)
        {
            return new ColorPalette(new byte[3], Array.Empty<byte>(), 0);
        }

        double[] means = Refine(distinct, Split(distinct, Math.Min(colors, distinct.Length)));
        return Assign(pixels, distinct, Rounded(means));
    }

    private static WeightedColor[] Distinct(ReadOnlySpan<byte> pixels)
    {
        Dictionary<int, int> counts = [];
        for (int i = 0; i < pixels.Length; i += 3)
        {
            int key = pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2];
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        return [.. counts.OrderBy(c => c.Key).Select(c => new WeightedColor((byte)(c.Key >> 16), (byte)(c.Key >> 8), (byte)c.Key, c.Value))];
    }

    private static double[] Split(WeightedColor[] colors, int wanted)
    {
        List<ColorBox> boxes = [new ColorBox(colors, 0, colors.Length)];
        while (boxes.Count < wanted)
        {
            int worst = -1;
            for (int i = 0; i < boxes.Count; i++)
            {
                if (boxes[i].Length > 1 && (worst < 0 || boxes[i].Error > boxes[worst].Error))
                {
                    worst = i;
                }
            }

            (boxes[worst], ColorBox other) = boxes[worst].Split();
            boxes.Add(other);
        }

        return [.. boxes.SelectMany(b => b.Mean)];
    }

    private static double[] Refine(WeightedColor[] colors, double[] means)
    {
        int k = means.Length / 3;
        double last = double.PositiveInfinity;
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            double[] sums = new double[k * 4];
            double error = 0;
            foreach (WeightedColor c in colors)
            {
                (int nearest, double distance) = Nearest(means, c);
                error += c.Count * distance;
                sums[nearest * 4] += (double)c.Count * c.Red;
                sums[nearest * 4 + 1] += (double)c.Count * c.Green;
                sums[nearest * 4 + 2] += (double)c.Count * c.Blue;
                sums[nearest * 4 + 3] += c.Count;
            }

            for (int i = 0; i < k; i++)
            {
                for (int channel = 0; channel < 3 && sums[i * 4 + 3] > 0; channel++)
                {
                    means[i * 3 + channel] = sums[i * 4 + channel] / sums[i * 4 + 3];
                }
            }

            if (error >= last * (1 - 1e-4))
            {
                break;
            }

            last = error;
        }

        return means;
    }

    // Colours that round to the same become one; dark ones first, so that the file does not depend on how they were found.
    private static double[] Rounded(double[] means) =>
        [.. means.Chunk(3).Select(m => (R: Math.Round(m[0]), G: Math.Round(m[1]), B: Math.Round(m[2]))).Distinct()
            .OrderBy(m => 299 * m.R + 587 * m.G + 114 * m.B).ThenBy(m => m.R).ThenBy(m => m.B).SelectMany(m => new[] { m.R, m.G, m.B })];

    private static ColorPalette Assign(ReadOnlySpan<byte> pixels, WeightedColor[] distinct, double[] palette)
    {
        Dictionary<int, byte> indexOf = new(distinct.Length);
        double error = 0;
        foreach (WeightedColor c in distinct)
        {
            (int nearest, double distance) = Nearest(palette, c);
            indexOf[c.Red << 16 | c.Green << 8 | c.Blue] = (byte)nearest;
            error += c.Count * distance;
        }

        byte[] indices = new byte[pixels.Length / 3];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = indexOf[pixels[3 * i] << 16 | pixels[3 * i + 1] << 8 | pixels[3 * i + 2]];
        }

        return new ColorPalette(palette.Select(p => (byte)p).ToArray(), indices, error);
    }

    private static (int Index, double Distance) Nearest(double[] means, WeightedColor c)
    {
        int best = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i < means.Length; i += 3)
        {
            double r = means[i] - c.Red;
            double g = means[i + 1] - c.Green;
            double b = means[i + 2] - c.Blue;
            double d = r * r + g * g + b * b;
            if (d < least)
            {
                least = d;
                best = i / 3;
            }
        }

        return (best, least);
    }
}
