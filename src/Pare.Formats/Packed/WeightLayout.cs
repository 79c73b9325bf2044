using Pare.Codecs;

namespace Pare.Formats;

/// <summary>Finds out how the symbols of a weight tensor are best seen where only its shape is known.</summary>
public static class WeightLayout
{
    /// <summary>The layout under which symbols cost least by a quick dry run.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="symbols">Its symbols in flat order, as many as the shape counts.</param>
    /// <param name="most">Symbols to look at, about; a block of larger tensors stands for the whole.</param>
    public static SymbolLayout Choose(TensorShape shape, ReadOnlySpan<int> symbols, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(shape);
        SymbolLayout best = SymbolLayout.Vector(symbols.Length);
        if (shape.Rank < 2 || shape.Count != symbols.Length || symbols.Length == 0)
        {
            return best;
        }

        double least = double.PositiveInfinity;
        foreach (SymbolLayout layout in Candidates(shape))
        {
            (int[] part, SymbolLayout partLayout) = layout.Sample(symbols, most);
            double bits = new SymbolGroupEncoder(new SymbolCoderOptions { Quick = true }).Measure(part, partLayout).TotalBits / part.Length;
            if (bits < least)
            {
                (best, least) = (layout, bits);
            }
        }

        return best;
    }

    private static IEnumerable<SymbolLayout> Candidates(TensorShape shape)
    {
        int[] d = [.. shape.ToArray().Select(n => (int)n)];
        int count = (int)shape.Count;
        if (d.Length == 4)
        {
            yield return SymbolLayout.Convolution(d[3], d[2], d[0], d[1], SymbolOrder.InputsOutputs);
            yield return SymbolLayout.Convolution(d[0], d[1], d[2], d[3], SymbolOrder.OutputsInputs);
            yield return SymbolLayout.Convolution(d[0], d[3], d[1], d[2], SymbolOrder.OutputsHeightWidthInputs);
            yield break;
        }

        yield return SymbolLayout.Matrix(count / d[^1], d[^1], SymbolOrder.InputsOutputs);
        yield return SymbolLayout.Matrix(count / d[0], d[0], SymbolOrder.OutputsInputs);
    }
}
