using System.Numerics.Tensors;

namespace Pare.Passes.Quantize;

/// <summary>
/// Counts of an activation's values in bins of equal width around 0, whose width doubles when a value lies beyond the last one, so that one pass over the data suffices. Zeros,
/// which every range holds without error, are counted apart. Not thread-safe.
/// </summary>
internal sealed class ActivationHistogram
{
    private const int Half = 4096;
    private readonly long[] _counts = new long[2 * Half];

    /// <summary>Width of a bin; 0 before the first value other than 0.</summary>
    public double Width { get; private set; }

    /// <summary>Values equal to 0.</summary>
    public long Zeros { get; private set; }

    /// <summary>All values.</summary>
    public long Total { get; private set; }

    /// <summary>Number of bins.</summary>
    public int Count => _counts.Length;

    /// <summary>Counts of the bins, the most negative first.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>The middle of a bin.</summary>
    public double Centre(int bin) => (bin - Half + 0.5) * Width;

    /// <summary>The lower edge of a bin.</summary>
    public double Edge(int bin) => (bin - Half) * Width;

    /// <summary>Adds finite values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        double largest = Math.Abs(TensorPrimitives.MaxMagnitude(values));
        Total += values.Length;
        if (largest == 0)
        {
            Zeros += values.Length;
            return;
        }

        if (Width == 0)
        {
            Width = Math.Pow(2, Math.Ceiling(Math.Log2(largest))) / Half;
        }

        while (largest >= Width * Half)
        {
            Widen();
        }

        double scale = 1 / Width;
        foreach (float v in values)
        {
            if (v == 0)
            {
                Zeros++;
            }
            else
            {
                _counts[Math.Clamp((int)Math.Floor(v * scale) + Half, 0, _counts.Length - 1)]++;
            }
        }
    }

    private void Widen()
    {
        long[] merged = new long[_counts.Length];
        for (int i = 0; i < _counts.Length; i++)
        {
            // Neighbours around 0 stay on their side of it.
            merged[(int)Math.Floor((i - Half) / 2.0) + Half] += _counts[i];
        }

        merged.CopyTo(_counts, 0);
        Width *= 2;
    }
}
