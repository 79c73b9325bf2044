namespace Pare.Passes.Conversion;

/// <summary>
/// Element types and shapes of ONNX operators' outputs, as far as they follow from the inputs: the operators that conversions emit. Nothing is guessed; what is
/// not known stays open. Families in files of their own: this one dispatches and holds what they share.
/// </summary>
internal static class OnnxInference
{
    /// <summary>Sets type and shape of a node's outputs.</summary>
    /// <param name="node">The node.</param>
    /// <param name="elements">Elements of small integer values, as far as known.</param>
    public static void Infer(Node node, Func<Value?, long?[]?> elements)
    {
        if (!OnnxInferenceMovement.TryInfer(node, elements) && !OnnxInferenceCompute.TryInfer(node, elements))
        {
            return;
        }
    }

    /// <summary>Sets an output.</summary>
    public static void Set(Node node, int output, DataType type, SymbolicShape? shape)
    {
        if (output < node.Outputs.Count)
        {
            node.Outputs[output].Type = type;
            node.Outputs[output].Shape = shape;
        }
    }

    /// <summary>A shape from dimensions.</summary>
    public static SymbolicShape Shape(IEnumerable<Dimension> dimensions) => new([.. dimensions]);

    /// <summary>A shape of a rank with nothing else known.</summary>
    public static SymbolicShape OfRank(int rank) => new(new Dimension[rank]);

    /// <summary>The shape that several broadcast to, or null when one has an unknown rank.</summary>
    public static SymbolicShape? Broadcast(params IEnumerable<SymbolicShape?> shapes)
    {
        SymbolicShape? result = null;
        foreach (SymbolicShape? s in shapes)
        {
            if (s is null)
            {
                return null;
            }

            result = result is null ? s : Pair(result, s);
        }

        return result;
    }

    /// <summary>First and past-last index of a slice over an extent, as ONNX clamps them.</summary>
    public static (long From, long To) SliceBounds(long start, long end, long step, long extent)
    {
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? extent : extent - 1;
        long from = Math.Clamp(start < 0 ? start + extent : start, Math.Min(0, high), high);
        long to = Math.Clamp(end < 0 ? Math.Max(end, -extent - 1) + extent : end, low, step > 0 ? extent : extent);
        return (from, to);
    }

    /// <summary>First and past-last dimension that a Shape node tells about.</summary>
    public static (int Start, int End) ShapeBounds(Node node, int rank)
    {
        long start = node.Attributes.GetInteger("start");
        long end = node.Attributes.GetInteger("end", rank);
        int from = (int)Math.Clamp(start < 0 ? start + rank : start, 0, rank);
        return (from, Math.Max(from, (int)Math.Clamp(end < 0 ? end + rank : end, 0, rank)));
    }

    private static SymbolicShape Pair(SymbolicShape a, SymbolicShape b)
    {
        Dimension[] result = new Dimension[Math.Max(a.Rank, b.Rank)];
        for (int i = 1; i <= result.Length; i++)
        {
            Dimension x = i <= a.Rank ? a[-i] : 1;
            Dimension y = i <= b.Rank ? b[-i] : 1;
            result[^i] = x.Value == 1 ? y : y.Value == 1 ? x : x.Value is not null ? x : y.Value is not null ? y : x == y ? x : Dimension.Unknown;
        }

        return new SymbolicShape(result);
    }
}
