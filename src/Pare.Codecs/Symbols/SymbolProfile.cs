namespace Pare.Codecs;

/// <summary>How one tensor of a group is coded: chosen by trial, written as a few bits before its symbols.</summary>
/// <param name="Walk">Which order the symbols are visited in, 0 to 3.</param>
/// <param name="Unary">Which magnitudes have a decision of their own, 0 to 3.</param>
/// <param name="Fresh">The model forgets what it learned from the tensors before.</param>
/// <param name="Period">Distance, along the inputs, of another likely neighbour; 0 for none.</param>
/// <param name="Offset">Subtracted from every symbol, so that the commonest is zero.</param>
internal readonly record struct SymbolProfile(int Walk, int Unary, bool Fresh, int Period, int Offset)
{
    /// <summary>Orders of the axes in which symbols may be visited.</summary>
    public static ReadOnlySpan<SymbolAxis> WalkAxes(int walk) => walk switch
    {
        0 => [SymbolAxis.Output, SymbolAxis.Input, SymbolAxis.Y, SymbolAxis.X],
        1 => [SymbolAxis.Y, SymbolAxis.X, SymbolAxis.Input, SymbolAxis.Output],
        2 => [SymbolAxis.Output, SymbolAxis.Y, SymbolAxis.X, SymbolAxis.Input],
        _ => [SymbolAxis.Input, SymbolAxis.Output, SymbolAxis.Y, SymbolAxis.X],
    };

    /// <summary>Largest magnitude with a decision of its own.</summary>
    public int UnaryLimit => Unary switch { 0 => 14, 1 => 6, 2 => 2, _ => 1 };

    /// <summary>Writes or reads a profile.</summary>
    public static SymbolProfile Code<TCoder>(ref TCoder coder, SymbolProfile profile)
        where TCoder : struct, IBinaryCoder
    {
        int walk = CodeBits(ref coder, profile.Walk, 2);
        int unary = CodeBits(ref coder, profile.Unary, 2);
        bool fresh = CodeBits(ref coder, profile.Fresh ? 1 : 0, 1) != 0;
        int period = CodeBits(ref coder, profile.Period != 0 ? 1 : 0, 1) != 0 ? CodeBits(ref coder, profile.Period, 16) : 0;
        int offset = CodeBits(ref coder, profile.Offset != 0 ? 1 : 0, 1) != 0 ? CodeNumber(ref coder, profile.Offset) : 0;
        return new SymbolProfile(walk, unary, fresh, period, offset);
    }

    /// <summary>Codes a number as plain bits, highest first, each as likely as not.</summary>
    public static int CodeBits<TCoder>(ref TCoder coder, int value, int bits)
        where TCoder : struct, IBinaryCoder
    {
        int result = 0;
        for (int k = bits - 1; k >= 0; k--)
        {
            result = (result << 1) | coder.Code((value >> k) & 1, 1 << 15);
        }

        return result;
    }

    // Five bits say how many follow, then the number without sign folding: 32 bits at most.
    private static int CodeNumber<TCoder>(ref TCoder coder, int value)
        where TCoder : struct, IBinaryCoder
    {
        uint folded = (uint)((value << 1) ^ (value >> 31));
        int bits = CodeBits(ref coder, folded == 0 ? 0 : 31 - System.Numerics.BitOperations.LeadingZeroCount(folded), 5) + 1;
        uint read = (uint)CodeBits(ref coder, (int)folded, bits);
        return (int)(read >> 1) ^ -(int)(read & 1);
    }
}
