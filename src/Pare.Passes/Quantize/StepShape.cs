using Pare.Codecs;

namespace Pare.Passes.Quantize;

/// <summary>How a layer's steps differ from one output channel to another and from one input channel to another, and what it costs to tell.</summary>
internal sealed record StepShape
{
    private const double LiveOctaves = 13;

    /// <summary>Quarter octaves of each input channel; null where all are alike.</summary>
    public int[]? Rows { get; init; }

    /// <summary>Quarter octaves of each output channel; null where all are alike.</summary>
    public int[]? Columns { get; init; }

    /// <summary>Relative step of each input channel.</summary>
    public required float[] RowScale { get; init; }

    /// <summary>Relative step of each output channel.</summary>
    public required float[] ColumnScale { get; init; }

    /// <summary>What a typical weight's squared error costs.</summary>
    public required double Typical { get; init; }

    /// <summary>Bits that the exponents take.</summary>
    public required double Bits { get; init; }

    /// <summary>One step for all; steps by output channel; by both: those that make sense for a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="stiffness">For each group and row what an error costs when the other weights may answer it.</param>
    /// <param name="importance">For each output channel the factor of its errors.</param>
    /// <param name="options">Which to offer.</param>
    public static IEnumerable<StepShape> Candidates(LinearLayer layer, double[][] stiffness, double[] importance, RateDistortionOptions options)
    {
        double[] columnLogs = [.. importance.Select((g, c) => Math.Log2(g) + (layer.Groups > 1 ? stiffness[c / layer.OutputSize].Average(Math.Log2) : 0))];
        double[]? rowLogs = layer.Groups == 1 && layer.InputChannels > 1 ? RowLogs(layer, stiffness[0]) : null;
        double rowMiddle = rowLogs is null ? layer.Groups == 1 ? stiffness[0].Average(Math.Log2) : 0 : Middle(rowLogs);
        double columnMiddle = Middle(columnLogs);
        double typical = Math.Pow(2, columnMiddle + rowMiddle);
        float[] plainRows = Ones(layer.InputChannels);
        float[] plainColumns = Ones(importance.Length);
        int[] columns = [.. columnLogs.Select(l => Exponent(columnMiddle - l))];
        yield return new StepShape { RowScale = plainRows, ColumnScale = plainColumns, Typical = typical, Bits = 0 };
        if (options.ColumnSteps && importance.Length > 1 && columns.Any(c => c != 0))
        {
            float[] columnScale = [.. columns.Select(CodedWeight.Scale)];
            yield return new StepShape { Columns = columns, RowScale = plainRows, ColumnScale = columnScale, Typical = typical, Bits = BitsOf(columns) };
            if (options.RowSteps && rowLogs is { Length: >= 4 })
            {
                int[] rows = [.. rowLogs.Select(l => Exponent(rowMiddle - l))];
                yield return new StepShape { Rows = rows, Columns = columns, RowScale = [.. rows.Select(CodedWeight.Scale)], ColumnScale = columnScale, Typical = typical, Bits = BitsOf(columns) + BitsOf(rows) };
            }
        }
    }

    private static double[] RowLogs(LinearLayer layer, double[] stiffness)
    {
        double[] logs = new double[layer.InputChannels];
        int[] counts = new int[layer.InputChannels];
        for (int j = 0; j < stiffness.Length; j++)
        {
            logs[layer.RowChannel[j]] += Math.Log2(stiffness[j]);
            counts[layer.RowChannel[j]]++;
        }

        return [.. logs.Select((l, i) => l / counts[i])];
    }

    private static double BitsOf(int[] exponents) => new SymbolGroupEncoder(new SymbolCoderOptions { Quick = true }).Measure(exponents, SymbolLayout.Vector(exponents.Length)).TotalBits;

    // Half the logarithm of the cost, in quarters of an octave, within five octaves: what matters less than that gets zeros anyway.
    private static int Exponent(double log2) => (int)Math.Clamp(Math.Round(log2 * 2), -20, 20);

    private static float[] Ones(int count)
    {
        float[] ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }

    // The median of those that matter at all: most channels of a layer may be dead.
    private static double Middle(double[] logs)
    {
        double least = logs.Max() - LiveOctaves;
        double[] sorted = [.. logs.Where(l => l >= least)];
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }
}
