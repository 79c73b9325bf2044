using static Pare.Passes.Conversion.TensorFlowBuilder;

namespace Pare.Passes.Conversion;

/// <summary>Products by Einstein's convention.</summary>
internal static class EinsumLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("EinsumDense", Dense),
    ];

    // act(einsum(equation, x, kernel) + bias); the bias broadcasts from its first axis on.
    private static void Dense(LayerContext c)
    {
        string equation = c.Text("equation", "");
        Value y = Product(c.TensorFlow, equation, [c.Input(), c.WeightValue(0, "kernel")]);
        if (c.Text("bias_axes", "").Length > 0)
        {
            y = c.TensorFlow.Add(y, c.WeightValue(1, "bias"));
        }

        c.OutputMask = c.Mask();
        c.SetOutput(Activations.Apply(c, y));
    }

    /// <summary>A product of operands; an ellipsis stands for as many axes as an operand has more.</summary>
    /// <exception cref="LoweringException">The equation does not fit the operands, or names no result.</exception>
    public static Value Product(TensorFlowBuilder b, string equation, Value[] operands)
    {
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length != 2 || terms.Length != operands.Length)
        {
            throw new LoweringException($"the equation '{equation}' does not name {operands.Length} operands and a result");
        }

        int rest = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            int rank = operands[i].Shape?.Rank ?? throw new LoweringException("the rank of an operand is not known");
            bool open = terms[i].Contains("...", StringComparison.Ordinal);
            int letters = terms[i].Length - (open ? 3 : 0);
            if (open ? rank < letters : rank != letters)
            {
                throw new LoweringException($"the term '{terms[i]}' of the equation does not fit the shape {operands[i].Shape}");
            }

            rest = open ? Math.Max(rest, rank - letters) : rest;
        }

        // Letters that the equation does not use stand for the ellipsis, the last ones for the last axes.
        string free = new([.. "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA".Where(l => !equation.Contains(l, StringComparison.Ordinal)).Take(rest)]);
        if (free.Length < rest)
        {
            throw new LoweringException($"the equation '{equation}' leaves no letters for its ellipsis");
        }

        Dictionary<char, long?> extents = [];
        for (int i = 0; i < terms.Length; i++)
        {
            int own = operands[i].Shape!.Rank - terms[i].Length + 3;
            terms[i] = terms[i].Replace("...", own > 0 && terms[i].Contains("...", StringComparison.Ordinal) ? free[^own..] : "", StringComparison.Ordinal);
            for (int axis = 0; axis < terms[i].Length; axis++)
            {
                extents[terms[i][axis]] = operands[i].Shape![axis].Value is { } known ? known : extents.GetValueOrDefault(terms[i][axis]);
            }
        }

        string result = sides[1].Replace("...", free, StringComparison.Ordinal);
        if (result.Any(l => !extents.ContainsKey(l)))
        {
            throw new LoweringException($"the result of the equation '{equation}' has axes that no operand has");
        }

        return b.Emit(
            "Einsum",
            operands,
            operands[0].Type,
            Shapes.Of([.. result.Select(l => extents[l])]),
            ("equation", AttributeValue.Of($"{string.Join(',', terms)}->{result}")),
            ("N", AttributeValue.Of((long)operands.Length)),
            T("T", operands[0].Type));
    }
}
