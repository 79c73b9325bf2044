using Pare.Codecs;

namespace Pare.Formats.Packed;

/// <summary>Layouts in the directory: 0 and a count for a vector; else 1 more than the order, then outputs, inputs, height, width.</summary>
internal static class SymbolLayouts
{
    public static void Write(VarintWriter w, SymbolLayout layout)
    {
        if (layout.Equals(SymbolLayout.Vector(layout.Count)))
        {
            w.Varint(0);
            w.Varint((ulong)layout.Count);
            return;
        }

        w.Varint((ulong)layout.Order + 1);
        foreach (int n in (ReadOnlySpan<int>)[layout.Outputs, layout.Inputs, layout.Height, layout.Width])
        {
            w.Varint((ulong)n);
        }
    }

    public static SymbolLayout Read(ref VarintReader r)
    {
        int order = (int)r.Bounded("the order of a layout", (ulong)SymbolOrder.InputsOutputsHeightWidth + 1) - 1;
        if (order < 0)
        {
            return SymbolLayout.Vector((int)r.Bounded("a count", PackedHeader.MaxElements));
        }

        Span<int> n = stackalloc int[4];
        long count = 1;
        foreach (ref int extent in n)
        {
            extent = (int)r.Bounded("an extent", PackedHeader.MaxElements);
            count *= extent;
            if (count > PackedHeader.MaxElements)
            {
                throw r.Error($"a segment of more than {PackedHeader.MaxElements} elements");
            }
        }

        return SymbolLayout.Convolution(n[0], n[1], n[2], n[3], (SymbolOrder)order);
    }
}
