namespace Pare.Passes.Optimize;

/// <summary>
/// Works out small constant expressions of real numbers in binary64: sums, products, roots and changes of shape over constants, in whatever vocabulary. Results are remembered by value, so make one
/// for each run of a pass and only while constants stay as they are. Not thread-safe.
/// </summary>
internal sealed class ConstantMath(int maxCount = 1 << 16)
{
    private readonly Dictionary<Value, Real?> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>A tensor of binary64 numbers.</summary>
    internal sealed record Real(long[] Shape, double[] Values)
    {
        /// <summary>Whether all values are one number.</summary>
        public bool IsSplat(double number) => Values.Length > 0 && Array.TrueForAll(Values, v => v == number);
    }

    /// <summary>The value where it is constant, of a real type, and not too large; else null.</summary>
    public Real? Evaluate(Value? value, int depth = 0)
    {
        if (value is null || depth > 64)
        {
            return null;
        }

        if (_known.TryGetValue(value, out Real? known))
        {
            return known;
        }

        Real? result = null;
        if (value.Constant is { } c)
        {
            if (c.Count <= maxCount && c.Type is DataType.Float32 or DataType.Float64 && c.Count >= 0)
            {
                result = new Real(c.Shape.ToArray(), c.Type == DataType.Float64 ? c.ToArray<double>() : Array.ConvertAll(c.ToFloats(), v => (double)v));
            }
        }
        else if (value.Producer is { } n && n.ControlInputs.Count == 0 && value.OutputIndex == 0 && n.Domain is "" or "ai.onnx")
        {
            result = Apply(n, depth);
        }

        _known[value] = result;
        return result;
    }

    private Real? Apply(Node n, int depth)
    {
        switch (n.Operator)
        {
            case "Identity" or "StopGradient" or "Snapshot":
                return Evaluate(n.InputOrDefault(0), depth + 1);
            case "Neg":
                return Map(v => -v);
            case "Sqrt":
                return Map(Math.Sqrt);
            case "Rsqrt":
                return Map(v => 1 / Math.Sqrt(v));
            case "Square":
                return Map(v => v * v);
            case "Inv" or "Reciprocal":
                return Map(v => 1 / v);
            case "Exp":
                return Map(Math.Exp);
            case "Add" or "AddV2":
                return Join((a, b) => a + b);
            case "Sub":
                return Join((a, b) => a - b);
            case "Mul":
                return Join((a, b) => a * b);
            case "Div" or "RealDiv":
                return Join((a, b) => a / b);
            case "Pow":
                return Join(Math.Pow);
            case "Maximum":
                return Join(Math.Max);
            case "Minimum":
                return Join(Math.Min);
            case "SquaredDifference":
                return Join((a, b) => (a - b) * (a - b));
            case "Squeeze" or "ExpandDims" or "Unsqueeze" or "Reshape":
                return Reshaped(n, depth);
            default:
                return null;
        }

        Real? Map(Func<double, double> f) => Evaluate(n.InputOrDefault(0), depth + 1) is { } x ? new Real(x.Shape, Array.ConvertAll(x.Values, v => f(v))) : null;

        Real? Join(Func<double, double, double> f) =>
            n.Inputs.Count == 2 && Evaluate(n.Inputs[0], depth + 1) is { } a && Evaluate(n.Inputs[1], depth + 1) is { } b ? Broadcast(a, b, f) : null;
    }

    private Real? Reshaped(Node n, int depth)
    {
        if (Evaluate(n.InputOrDefault(0), depth + 1) is not { } x)
        {
            return null;
        }

        if (n.Operator == "Squeeze" && n.Inputs.Count == 1)
        {
            long[] axes = n.Attributes.GetIntegers("squeeze_dims") ?? n.Attributes.GetIntegers("axes") ?? [];
            HashSet<long> drop = [.. axes.Select(a => a < 0 ? a + x.Shape.Length : a)];
            return x with { Shape = [.. x.Shape.Where((d, i) => axes.Length == 0 ? d != 1 : !drop.Contains(i))] };
        }

        if (n.Operator == "Reshape" && n.InputOrDefault(1)?.Constant is { Count: < 16 } target && target.Type.IsInteger())
        {
            long[] shape = target.ToInt64s();
            int wild = Array.IndexOf(shape, -1);
            if (shape.Any(d => d < -1 || d == 0) || Array.LastIndexOf(shape, -1) != wild)
            {
                return null;
            }

            long rest = shape.Where(d => d > 0).Aggregate(1L, (p, d) => p * d);
            if (wild >= 0 && rest > 0 && x.Values.Length % rest == 0)
            {
                shape[wild] = x.Values.Length / rest;
            }

            return shape.Aggregate(1L, (p, d) => p * d) == x.Values.Length ? x with { Shape = shape } : null;
        }

        if (n.Operator == "ExpandDims" && n.InputOrDefault(1)?.Constant is { Count: 1 } axis && axis.Type.IsInteger())
        {
            long at = axis.ToInt64s()[0];
            at = at < 0 ? at + x.Shape.Length + 1 : at;
            return at >= 0 && at <= x.Shape.Length ? x with { Shape = [.. x.Shape[..(int)at], 1, .. x.Shape[(int)at..]] } : null;
        }

        return null;
    }

    private Real? Broadcast(Real a, Real b, Func<double, double, double> f)
    {
        int rank = Math.Max(a.Shape.Length, b.Shape.Length);
        long[] shape = new long[rank];
        long count = 1;
        for (int i = 0; i < rank; i++)
        {
            long da = i < rank - a.Shape.Length ? 1 : a.Shape[i - (rank - a.Shape.Length)];
            long db = i < rank - b.Shape.Length ? 1 : b.Shape[i - (rank - b.Shape.Length)];
            if (da != db && da != 1 && db != 1)
            {
                return null;
            }

            shape[i] = da == 1 ? db : da;
            count *= shape[i];
            if (count > maxCount)
            {
                return null;
            }
        }

        double[] result = new double[count];
        for (long i = 0; i < count; i++)
        {
            long ia = 0;
            long ib = 0;
            long stepA = 1;
            long stepB = 1;
            long rest = i;
            for (int d = rank - 1; d >= 0; d--)
            {
                long at = rest % shape[d];
                rest /= shape[d];
                int xa = d - (rank - a.Shape.Length);
                int xb = d - (rank - b.Shape.Length);
                if (xa >= 0)
                {
                    ia += a.Shape[xa] == 1 ? 0 : at * stepA;
                    stepA *= a.Shape[xa];
                }

                if (xb >= 0)
                {
                    ib += b.Shape[xb] == 1 ? 0 : at * stepB;
                    stepB *= b.Shape[xb];
                }
            }

            result[i] = f(a.Values[ia], b.Values[ib]);
        }

        return new Real(shape, result);
    }
}
