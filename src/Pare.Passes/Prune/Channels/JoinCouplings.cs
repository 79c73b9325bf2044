namespace Pare.Passes.Prune;

/// <summary>How operators that join and part tensors carry channels.</summary>
internal static class JoinCouplings
{
    public static IEnumerable<KeyValuePair<string, Action<CouplingContext, Node>>> All { get; } =
    [
        .. ((string[])["Concat", "ConcatV2", "CONCATENATION"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Concat)),
        .. ((string[])["Split", "SplitV", "SPLIT", "SPLIT_V"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Split)),
        .. ((string[])["Pack", "PACK", "Unpack", "UNPACK"]).Select(n => KeyValuePair.Create(n, (Action<CouplingContext, Node>)Stack)),
    ];

    private static void Concat(CouplingContext c, Node n)
    {
        // TensorFlow takes the axis as an input, the first or the last by the operator's age; ONNX and TFLite as an attribute.
        bool tensorFlow = ReferenceEquals(c.Model.Vocabulary, Vocabularies.TensorFlow);
        int first = tensorFlow && n.Operator == "Concat" ? 1 : 0;
        int last = tensorFlow && n.Operator == "ConcatV2" ? n.Inputs.Count - 1 : n.Inputs.Count;
        long? stated = !tensorFlow ? n.Attributes.GetInteger("axis") : c.Seen.IntegersOf(n.Inputs[n.Operator == "Concat" ? 0 : n.Inputs.Count - 1]) is { Length: > 0 } a ? a[0] : null;
        AxisTensor?[] parts = [.. Enumerable.Range(first, last - first).Select(i => c.Of(n, i))];
        if (c.Result(n) is not { } y || stated is null || y.Axis(stated.Value) is not (>= 0 and var axis) || parts.Any(p => p is null || p.Rank != y.Rank))
        {
            c.FreezeNode(n);
            return;
        }

        long at = 0;
        foreach (AxisTensor part in parts.OfType<AxisTensor>())
        {
            for (int d = 0; d < y.Rank; d++)
            {
                if (d != axis)
                {
                    c.Space.Couple(part, d, y, d);
                }
            }

            for (long i = 0; i < part.Shape[axis]; i++)
            {
                c.Space.CoupleIndex(part, axis, i, y, axis, at + i);
            }

            at += part.Shape[axis];
        }
    }

    private static void Split(CouplingContext c, Node n)
    {
        bool onnx = ReferenceEquals(c.Model.Vocabulary, Vocabularies.Onnx);
        bool sized = n.Operator is "SplitV" or "SPLIT_V";
        int data = onnx || sized ? 0 : 1;
        long? stated = onnx ? n.Attributes.GetInteger("axis") : c.Seen.IntegersOf(n.InputOrDefault(sized ? 2 : 0)) is { Length: > 0 } a ? a[0] : null;
        AxisTensor?[] parts = [.. n.Outputs.Select(c.Space.Find)];
        if (c.Of(n, data) is not { } x || stated is null || x.Axis(stated.Value) is not (>= 0 and var axis) || parts.Any(p => p is null || p.Rank != x.Rank))
        {
            c.FreezeNode(n);
            return;
        }

        foreach (AxisTensor part in parts.OfType<AxisTensor>())
        {
            for (int d = 0; d < x.Rank; d++)
            {
                if (d != axis)
                {
                    c.Space.Couple(part, d, x, d);
                }
            }
        }

        long size = parts[0]!.Shape[axis];
        if (parts.Any(p => p!.Shape[axis] != size) || sized || (onnx && (n.Inputs.Count > 1 || n.Attributes.ContainsKey("split"))))
        {
            c.Space.Freeze(x, axis, $"'{n.Name}' parts it by sizes");
            foreach (AxisTensor? part in parts)
            {
                c.Space.Freeze(part, axis, $"'{n.Name}' parts it by sizes");
            }

            return;
        }

        // Equal parts stay equal: what goes from one goes from all.
        for (int p = 0; p < parts.Length; p++)
        {
            for (long i = 0; i < size; i++)
            {
                c.Space.CoupleIndex(parts[p]!, axis, i, x, axis, (p * size) + i);
                c.Space.CoupleIndex(parts[p]!, axis, i, parts[0]!, axis, i);
            }
        }
    }

    private static void Stack(CouplingContext c, Node n)
    {
        bool pack = n.Operator is "Pack" or "PACK";
        AxisTensor? whole = pack ? c.Result(n) : c.Of(n, 0);
        AxisTensor?[] parts = [.. (pack ? n.Inputs : n.Outputs).Select(c.Space.Find)];
        if (whole is null || whole.Axis(n.Attributes.GetInteger("axis")) is not (>= 0 and var axis) || parts.Any(p => p is null || p.Rank != whole.Rank - 1))
        {
            // Stacked scalars are shapes: nothing of them is a channel.
            c.FreezeNode(n);
            return;
        }

        c.Space.Freeze(whole, axis, $"'{n.Name}' stacks along it");
        foreach (AxisTensor part in parts.OfType<AxisTensor>())
        {
            for (int d = 0; d < part.Rank; d++)
            {
                c.Space.Couple(part, d, whole, d < axis ? d : d + 1);
            }
        }
    }
}
