namespace Pare.Codecs;

/// <summary>Checks what callers give.</summary>
internal static class SymbolArguments
{
    public static void Check(int symbols, SymbolLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (symbols != layout.Count)
        {
            throw new ArgumentException($"the layout {layout} counts {layout.Count} symbols, found {symbols}", nameof(layout));
        }
    }
}
