namespace Pare.Codecs;

/// <summary>The profiles worth a trial for a tensor.</summary>
internal static class SymbolProfiles
{
    public static IEnumerable<SymbolProfile> Candidates(int[] symbols, SymbolLayout layout, SymbolCoderOptions options)
    {
        int offset = Offset(symbols);
        bool fine = MeanMagnitude(symbols, offset) > 5;
        int unary = fine ? 2 : 0;
        yield return new SymbolProfile(0, unary, false, 0, offset);
        if (options.Quick)
        {
            yield break;
        }

        yield return new SymbolProfile(1, unary, false, 0, offset);
        if (layout.Height * layout.Width > 1 && layout.Inputs > 1)
        {
            yield return new SymbolProfile(2, unary, false, 0, offset);
        }

        yield return new SymbolProfile(0, fine ? 1 : 2, false, 0, offset);
        yield return new SymbolProfile(0, unary, true, 0, offset);
        yield return new SymbolProfile(1, unary, true, 0, offset);
    }

    // The median of symbols none of which is negative (palette indices); else they already lie around zero.
    private static int Offset(int[] symbols)
    {
        if (symbols.Length == 0 || symbols.AsSpan().ContainsAnyInRange(int.MinValue, -1))
        {
            return 0;
        }

        int[] sorted = [.. symbols];
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }

    private static double MeanMagnitude(int[] symbols, int offset)
    {
        double sum = 0;
        foreach (int symbol in symbols)
        {
            sum += Math.Abs((double)symbol - offset);
        }

        return sum / Math.Max(1, symbols.Length);
    }
}
