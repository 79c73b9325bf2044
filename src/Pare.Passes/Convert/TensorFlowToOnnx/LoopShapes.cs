namespace Pare.Passes.Conversion;

/// <summary>What can be said of the shape of a value that comes from several places: the rounds of a loop, the branches of a conditional.</summary>
internal static class LoopShapes
{
    /// <summary>What two shapes agree on; null where their ranks differ or one is unknown.</summary>
    public static SymbolicShape? Common(SymbolicShape? a, SymbolicShape? b) => a is null || b is null || a.Rank != b.Rank
        ? null
        : OnnxInference.Shape(a.Dimensions.Select((d, i) => d.Value is not null && d.Value == b[i].Value ? d : Dimension.Unknown));

    /// <summary>Whether a loop's variable keeps what is known of its shape through a round; where not, a value that starts the loop with less known.</summary>
    /// <param name="b">Builder of the graph around the loop.</param>
    /// <param name="start">What enters.</param>
    /// <param name="next">What a round gives.</param>
    /// <param name="wider">What should enter instead.</param>
    public static bool Fits(OnnxBuilder b, Value start, Value next, out Value wider)
    {
        wider = start;
        if (next.Type != start.Type)
        {
            throw new LoweringException($"a variable of the loop is {start.Type} before and {next.Type} after a round");
        }

        if (start.Shape is not { } s)
        {
            return true;
        }

        // A list that nothing was put into yet tells only how many elements it has; the first one put in tells their shape.
        if (next.Shape is { } n && n.Rank != s.Rank)
        {
            if (s.Rank != 1 || n.Rank < 1)
            {
                wider = Identity(b, start, null);
                return false;
            }

            Value shape = b.Concat(0, b.ShapeOf(start), b.Int64s([.. Enumerable.Repeat(0L, n.Rank - 1)]));
            Value empty = b.ExpandTo(b.Scalar(start.Type, 0), shape);
            wider = Identity(b, empty, OnnxInference.Shape([s[0], .. Enumerable.Repeat(Dimension.Unknown, n.Rank - 1)]));
            return false;
        }

        // A rank stays; an extent that a round does not confirm is not relied on.
        SymbolicShape known = next.Shape is null ? OnnxInference.OfRank(s.Rank) : OnnxInference.Shape(s.Dimensions.Select((d, i) => d.Value is not null && d.Value == next.Shape[i].Value ? d : Dimension.Unknown));
        if (known.Dimensions.Select((d, i) => d.Value == s[i].Value).All(e => e))
        {
            return true;
        }

        wider = Identity(b, start, known);
        return false;
    }

    // A value of its own, so that what is known of the original stays known elsewhere.
    private static Value Identity(OnnxBuilder b, Value x, SymbolicShape? shape)
    {
        Node node = b.Graph.CreateNode(b.MakeName($"{b.Prefix}/start"), "Identity", [x], outputs: 0);
        Value v = node.AddOutput(b.MakeName($"{b.Prefix}/start"));
        v.Type = x.Type;
        v.Shape = shape;
        return v;
    }
}
