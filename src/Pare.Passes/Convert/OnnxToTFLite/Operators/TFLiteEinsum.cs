namespace Pare.Passes.Conversion;

/// <summary>
/// Sums of products in Einstein's notation, of one or two operands: indices in one operand alone that the result lacks are summed up, what is left is a batched matrix product between two
/// reorderings of axes.
/// </summary>
internal static class TFLiteEinsum
{
    /// <summary>Carries an Einsum over.</summary>
    public static void Lower(ToTFLiteContext c)
    {
        TFLiteBuilder b = c.Builder;
        string equation = c.Attributes.GetString("equation").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (terms.Length is < 1 or > 2 || terms.Length != c.InputCount)
        {
            throw new LoweringException($"a sum of products of {terms.Length} operands is not carried over; of one or two it is");
        }

        for (int i = 0; i < terms.Length; i++)
        {
            terms[i] = Explicit(terms[i], c.Rank(i));
            if (terms[i].Distinct().Count() != terms[i].Length)
            {
                throw new LoweringException("an index that an operand bears twice (a diagonal) is not carried over");
            }
        }

        string result = sides.Length > 1 ? Explicit(sides[1], terms.Max(t => t.Count(char.IsUpper)), terms) : Implied(terms);
        DataType type = c.Raw(0).Value.Type;
        Value x = Summed(b, b.Cast(c.In(0), DataType.Float32), ref terms[0], terms.Length > 1 ? terms[1] : "", result);
        if (terms.Length == 1)
        {
            c.Set(b.Cast(b.Transpose(x, Order(terms[0], result)), type));
            return;
        }

        Value y = Summed(b, b.Cast(c.In(1), DataType.Float32), ref terms[1], terms[0], result);
        string batch = new([.. result.Where(i => terms[0].Contains(i) && terms[1].Contains(i))]);
        string joint = new([.. terms[0].Where(i => terms[1].Contains(i) && !result.Contains(i))]);
        string left = new([.. terms[0].Where(i => !terms[1].Contains(i))]);
        string right = new([.. terms[1].Where(i => !terms[0].Contains(i))]);
        Dictionary<char, (long? Known, Value? Computed)> extents = [];
        foreach ((string term, Value v) in ((string, Value)[])[(terms[0], x), (terms[1], y)])
        {
            for (int i = 0; i < term.Length; i++)
            {
                if (!extents.TryGetValue(term[i], out (long? Known, Value? Computed) e) || e.Known is null or 1)
                {
                    extents[term[i]] = b.Extent(v, i);
                }
            }
        }

        Value a = Matrix(b, b.Transpose(x, Order(terms[0], batch + left + joint)), batch, left, joint, extents);
        Value d = Matrix(b, b.Transpose(y, Order(terms[1], batch + joint + right)), batch, joint, right, extents);
        Value product = d.IsConstant && batch.Length == 0
            ? ToTFLiteProductLowerings.Connect(b, a, b.Transpose(d, 1, 0), null)
            : b.Emit("BATCH_MATMUL", [a, d], ("adj_x", AttributeValue.Of(false)), ("adj_y", AttributeValue.Of(false)));
        string order = batch + left + right;
        c.Set(b.Cast(b.Transpose(b.Reshape(product, [.. order.Select(i => extents[i])]), Order(order, result)), type));
    }

    // Indices of an ellipsis become capital letters: aligned at the end, as broadcasting is.
    private static string Explicit(string term, int rank, string[]? operands = null)
    {
        int dots = term.IndexOf("...", StringComparison.Ordinal);
        if (dots < 0)
        {
            return term;
        }

        int count = operands is null ? rank - (term.Length - 3) : rank;
        string capitals = new([.. Enumerable.Range(0, count).Select(i => (char)('Z' - count + 1 + i))]);
        return term.Replace("...", capitals, StringComparison.Ordinal);
    }

    private static string Implied(string[] terms)
        => new([.. terms.SelectMany(t => t).GroupBy(i => i).Where(g => g.Count() == 1 || char.IsUpper(g.Key)).Select(g => g.Key).OrderBy(i => (char.IsUpper(i) ? 0 : 1, i))]);

    private static Value Summed(TFLiteBuilder b, Value x, ref string term, string other, string result)
    {
        string own = term;
        long[] axes = [.. Enumerable.Range(0, own.Length).Where(i => !other.Contains(own[i], StringComparison.Ordinal) && !result.Contains(own[i], StringComparison.Ordinal)).Select(i => (long)i)];
        if (axes.Length == 0)
        {
            return x;
        }

        term = new([.. own.Where((_, i) => !axes.Contains(i))]);
        return b.Reduce("SUM", x, axes, false);
    }

    private static int[] Order(string from, string to) => [.. to.Select(i => from.IndexOf(i, StringComparison.Ordinal))];

    private static Value Matrix(TFLiteBuilder b, Value x, string batch, string rows, string columns, Dictionary<char, (long? Known, Value? Computed)> extents)
        => rows.Length == 1 && columns.Length == 1 ? x : b.Reshape(x, [.. batch.Select(i => extents[i]), Joint(b, rows, extents), Joint(b, columns, extents)]);

    private static (long? Known, Value? Computed) Joint(TFLiteBuilder b, string indices, Dictionary<char, (long? Known, Value? Computed)> extents)
    {
        if (indices.All(i => extents[i].Known is not null))
        {
            return (indices.Aggregate(1L, (p, i) => p * extents[i].Known!.Value), null);
        }

        return (null, indices.Select(i => extents[i].Known is { } k ? b.Int32s(k) : extents[i].Computed!).Aggregate((p, e) => b.Binary("MUL", p, e)));
    }
}
