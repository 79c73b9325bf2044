using System.Runtime.InteropServices;
using Pare.Codecs;
using Pare.Passes.Quantize;

namespace Pare.Compress;

/// <summary>
/// Steps and encodings for all weights from one number, the divergence that the outputs may suffer. At the optimum every weight pays the same distortion
/// for its last bit: <c>sensitivity · places · step² / 12</c> is alike everywhere, and a byte is worth <c>16 ln 2</c> times that. Each weight is then stored
/// in the way whose bytes and distortion cost least at this price.
/// </summary>
internal sealed class StepPlan
{
    // What a weight's further constants and decoding nodes cost in a packed file, in bytes: names, attributes, shapes.
    private const int BytesPerScaleTable = 70;
    private const int BytesPerCodes = 60;

    private readonly double _elements;
    private readonly bool _inPlace;
    private readonly int _threads;
    private readonly Lazy<long>[] _unchangedBytes;

    public StepPlan(LayerQuantizers[] quantizers, double[] sensitivities, bool inPlace, int threads)
    {
        Quantizers = quantizers;
        Sensitivities = sensitivities;
        _inPlace = inPlace;
        _threads = threads;
        _elements = quantizers.Where((_, t) => sensitivities[t] > 0).Sum(q => (double)q.Main.Original.Length);
        _unchangedBytes = [.. quantizers.Select(q => new Lazy<long>(() => GzipSizer.Measure(MemoryMarshal.AsBytes(q.Main.Original))))];
    }

    public LayerQuantizers[] Quantizers { get; }

    public double[] Sensitivities { get; }

    /// <summary>All weights at the steps that foretell a divergence.</summary>
    public LayerCodes?[] Quantize(double divergence)
    {
        LayerCodes?[] codes = new LayerCodes?[Quantizers.Length];
        double share = divergence / _elements;
        Parallel.For(0, codes.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _threads) }, t => codes[t] = Sensitivities[t] > 0 ? Choose(t, share) : null);
        return codes;
    }

    private LayerCodes? Choose(int t, double share)
    {
        LayerQuantizers q = Quantizers[t];
        double step = Math.Sqrt(12 * share / (Sensitivities[t] * q.Main.Places));
        if (_inPlace)
        {
            return q.InPlace.Quantize(step) with { Encoding = WeightEncoding.InPlace };
        }

        double price = 16 * Math.Log(2) * share;
        LayerCodes best = q.Main.Quantize(step);
        best = best with { Encoding = best.RowScales is null ? WeightEncoding.Codes : WeightEncoding.CodesWithInputScales };
        double cost = (Sensitivities[t] * best.Distortion) + (price * CodeBytes(best));
        if (q.Plain is not null && best.RowScales is not null)
        {
            Consider(q.Plain.Quantize(step) with { Encoding = WeightEncoding.Codes }, CodeBytes);
        }

        // Floats of few values never pack better than codes; the nodes that decode codes only weigh on small weights.
        if (best.Codes.Length < 4096)
        {
            Consider(q.InPlace.Quantize(step) with { Encoding = WeightEncoding.InPlace }, c => GzipSizer.Measure(MemoryMarshal.AsBytes(c.Weights.AsSpan())));
            if (price * _unchangedBytes[t].Value < cost)
            {
                return null;
            }
        }

        return best;

        void Consider(LayerCodes other, Func<LayerCodes, long> bytes)
        {
            double otherCost = (Sensitivities[t] * other.Distortion) + (price * bytes(other));
            if (otherCost < cost)
            {
                (best, cost) = (other, otherCost);
            }
        }
    }

    private static long CodeBytes(LayerCodes c)
    {
        long bytes = GzipSizer.Measure(MemoryMarshal.AsBytes(c.Codes.AsSpan())) + BytesPerCodes + BytesPerScaleTable + GzipSizer.Measure(MemoryMarshal.AsBytes(c.ColumnScales.AsSpan()));
        return c.RowScales is null ? bytes : bytes + BytesPerScaleTable + GzipSizer.Measure(MemoryMarshal.AsBytes(c.RowScales.AsSpan()));
    }
}
