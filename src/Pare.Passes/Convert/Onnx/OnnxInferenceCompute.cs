namespace Pare.Passes.Conversion;

/// <summary>Types and shapes of operators that compute.</summary>
internal static class OnnxInferenceCompute
{
    public static bool TryInfer(Node n, Func<Value?, long?[]?> elements)
    {
        Value? x = n.InputOrDefault(0);
        DataType t = x?.Type ?? DataType.Undefined;
        SymbolicShape? s = x?.Shape;
        switch (n.Operator)
        {
            case "Identity" or "Relu" or "Sigmoid" or "Tanh" or "Elu" or "Selu" or "Celu" or "LeakyRelu" or "ThresholdedRelu" or "Softplus" or "Softsign" or "HardSigmoid" or "HardSwish" or "Mish" or "Gelu"
                or "Softmax" or "LogSoftmax" or "Hardmax" or "Clip" or "Neg" or "Abs" or "Sqrt" or "Exp" or "Log" or "Erf" or "Reciprocal" or "Sign" or "Floor" or "Ceil" or "Round"
                or "Sin" or "Cos" or "Tan" or "Asin" or "Acos" or "Atan" or "Sinh" or "Cosh" or "Asinh" or "Acosh" or "Atanh" or "Not" or "BitwiseNot" or "CumSum" or "LRN" or "Trilu" or "ReverseSequence"
                or "InstanceNormalization" or "LayerNormalization" or "LpNormalization" or "MeanVarianceNormalization" or "ScatterND" or "ScatterElements":
                OnnxInference.Set(n, 0, t, s);
                break;
            case "BatchNormalization":
                OnnxInference.Set(n, 0, t, s);
                OnnxInference.Set(n, 1, n.Inputs[3]!.Type, n.Inputs[3]!.Shape);
                OnnxInference.Set(n, 2, n.Inputs[3]!.Type, n.Inputs[3]!.Shape);
                break;
            case "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Mod" or "Max" or "Min" or "Sum" or "Mean" or "BitwiseAnd" or "BitwiseOr" or "BitwiseXor" or "BitShift" or "And" or "Or" or "Xor" or "PRelu":
                OnnxInference.Set(n, 0, t, OnnxInference.Broadcast(n.Inputs.Select(v => v?.Shape)));
                break;
            case "Equal" or "Greater" or "Less" or "GreaterOrEqual" or "LessOrEqual":
                OnnxInference.Set(n, 0, DataType.Boolean, OnnxInference.Broadcast(n.Inputs.Select(v => v?.Shape)));
                break;
            case "IsNaN" or "IsInf":
                OnnxInference.Set(n, 0, DataType.Boolean, s);
                break;
            case "Where":
                OnnxInference.Set(n, 0, n.Inputs[1]!.Type, OnnxInference.Broadcast(n.Inputs.Select(v => v?.Shape)));
                break;
            case "Cast":
                OnnxInference.Set(n, 0, n.Attributes.GetDataType("to"), s);
                break;
            case "QuantizeLinear":
                OnnxInference.Set(n, 0, n.InputOrDefault(2)?.Type ?? DataType.UInt8, s);
                break;
            case "DequantizeLinear":
                OnnxInference.Set(n, 0, n.Inputs[1]!.Type, s);
                break;
            case "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL1" or "ReduceL2" or "ReduceSumSquare" or "ReduceLogSumExp" or "ReduceLogSum":
                OnnxInference.Set(n, 0, t, Reduce(n, s, elements));
                break;
            case "ArgMax" or "ArgMin":
                OnnxInference.Set(n, 0, DataType.Int64, s is null ? null : Without(s, [n.Attributes.GetInteger("axis")], n.Attributes.GetBoolean("keepdims", true)));
                break;
            case "TopK":
                SymbolicShape? top = s is null ? null : OnnxInference.Shape(s.Dimensions.Select((d, i) => i == Axis(n.Attributes.GetInteger("axis", -1), s.Rank) ? new Dimension(elements(n.Inputs[1]) is [{ } k] ? k : null) : d));
                OnnxInference.Set(n, 0, t, top);
                OnnxInference.Set(n, 1, DataType.Int64, top);
                break;
            case "MatMul":
                OnnxInference.Set(n, 0, t, MatMul(s, n.Inputs[1]!.Shape));
                break;
            case "MatMulInteger":
                OnnxInference.Set(n, 0, DataType.Int32, MatMul(s, n.Inputs[1]!.Shape));
                break;
            case "Gemm":
                SymbolicShape? w = n.Inputs[1]!.Shape;
                OnnxInference.Set(n, 0, t, new SymbolicShape(s?[n.Attributes.GetBoolean("transA") ? 1 : 0] ?? default, w?[n.Attributes.GetBoolean("transB") ? 0 : 1] ?? default));
                break;
            case "Conv":
                OnnxInference.Set(n, 0, t, Windowed(n, s, n.Inputs[1]!.Shape?[0] ?? default, n.Inputs[1]!.Shape?.Dimensions.Skip(2).Select(d => d.Value).ToArray()));
                break;
            case "ConvInteger":
                OnnxInference.Set(n, 0, DataType.Int32, Windowed(n, s, n.Inputs[1]!.Shape?[0] ?? default, n.Inputs[1]!.Shape?.Dimensions.Skip(2).Select(d => d.Value).ToArray()));
                break;
            case "ConvTranspose":
                OnnxInference.Set(n, 0, t, s is null ? null : OnnxInference.OfRank(s.Rank));
                break;
            case "MaxPool" or "AveragePool" or "LpPool":
                SymbolicShape? pooled = Windowed(n, s, s?[1] ?? default, n.Attributes.GetIntegers("kernel_shape")?.Select(k => (long?)k).ToArray());
                OnnxInference.Set(n, 0, t, pooled);
                OnnxInference.Set(n, 1, DataType.Int64, pooled);
                break;
            case "GlobalAveragePool" or "GlobalMaxPool":
                OnnxInference.Set(n, 0, t, s is null ? null : OnnxInference.Shape(s.Dimensions.Select((d, i) => i < 2 ? d : 1)));
                break;
            case "Resize":
                OnnxInference.Set(n, 0, t, n.InputOrDefault(3) is { } sizes && n.Attributes.GetIntegers("axes") is null && OnnxInferenceMovement.FromElements(sizes, elements) is { } shape ? shape : s is null ? null : OnnxInference.OfRank(s.Rank));
                break;
            case "Einsum":
                OnnxInference.Set(n, 0, t, Einsum(n));
                break;
            case "RandomUniform" or "RandomNormal":
                OnnxInference.Set(n, 0, DataType.Float32, n.Attributes.GetIntegers("shape") is { } r ? OnnxInference.Shape(r.Select(d => (Dimension)d)) : null);
                break;
            case "RandomUniformLike" or "RandomNormalLike":
                OnnxInference.Set(n, 0, n.Attributes.GetDataType("dtype", t), s);
                break;
            default:
                return false;
        }

        return true;
    }

    private static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    private static SymbolicShape? Reduce(Node n, SymbolicShape? s, Func<Value?, long?[]?> elements)
    {
        if (s is null)
        {
            return null;
        }

        bool keep = n.Attributes.GetBoolean("keepdims", true);
        if (n.InputOrDefault(1) is null || elements(n.Inputs[1]) is { Length: 0 })
        {
            return n.Attributes.GetBoolean("noop_with_empty_axes") ? s : Without(s, [.. Enumerable.Range(0, s.Rank).Select(i => (long)i)], keep);
        }

        return OnnxInferenceMovement.Known(elements(n.Inputs[1])) is { } axes ? Without(s, axes, keep) : keep ? OnnxInference.OfRank(s.Rank) : null;
    }

    private static SymbolicShape Without(SymbolicShape s, long[] axes, bool keep)
    {
        HashSet<int> gone = [.. axes.Select(a => Axis(a, s.Rank))];
        return OnnxInference.Shape(keep ? s.Dimensions.Select((d, i) => gone.Contains(i) ? 1 : d) : s.Dimensions.Where((_, i) => !gone.Contains(i)));
    }

    private static SymbolicShape? MatMul(SymbolicShape? a, SymbolicShape? b)
    {
        if (a is null || b is null || a.Rank == 0 || b.Rank == 0)
        {
            return null;
        }

        IEnumerable<Dimension> rows = a.Rank == 1 ? [] : [a[-2]];
        IEnumerable<Dimension> columns = b.Rank == 1 ? [] : [b[-1]];
        SymbolicShape batch = OnnxInference.Broadcast(OnnxInference.Shape(a.Dimensions.SkipLast(2)), OnnxInference.Shape(b.Dimensions.SkipLast(2)))!;
        return OnnxInference.Shape([.. batch.Dimensions, .. rows, .. columns]);
    }

    // floor((extent + padding - dilation·(kernel - 1) - 1) / stride) + 1, see ONNX's Conv and pools.
    private static SymbolicShape? Windowed(Node n, SymbolicShape? s, Dimension channels, long?[]? kernel)
    {
        if (s is null)
        {
            return kernel is null ? null : OnnxInference.OfRank(kernel.Length + 2);
        }

        int spatial = s.Rank - 2;
        long[]? strides = n.Attributes.GetIntegers("strides");
        long[]? dilations = n.Attributes.GetIntegers("dilations");
        long[]? pads = n.Attributes.GetIntegers("pads");
        string automatic = n.Attributes.GetString("auto_pad", "NOTSET");
        Dimension[] d = new Dimension[s.Rank];
        d[0] = s[0];
        d[1] = channels;
        for (int i = 0; i < spatial; i++)
        {
            long stride = strides?[i] ?? 1;
            long? span = kernel is null || i >= kernel.Length ? null : ((dilations?[i] ?? 1) * (kernel[i] - 1)) + 1;
            long? extent = s[i + 2].Value;
            d[i + 2] = new Dimension(automatic switch
            {
                "SAME_UPPER" or "SAME_LOWER" => (extent + stride - 1) / stride,
                "VALID" => Floor(extent - span, stride, false) + 1,
                _ => Floor(extent + (pads?[i] ?? 0) + (pads?[i + spatial] ?? 0) - span, stride, n.Attributes.GetBoolean("ceil_mode")) + 1,
            });
        }

        return new SymbolicShape(d);

        static long? Floor(long? a, long b, bool ceil) => a is not { } v || v < 0 ? null : ceil ? (v + b - 1) / b : v / b;
    }

    private static SymbolicShape? Einsum(Node n)
    {
        string equation = n.Attributes.GetString("equation").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        if (sides.Length != 2 || equation.Contains("...", StringComparison.Ordinal))
        {
            return null;
        }

        string[] terms = sides[0].Split(',');
        Dictionary<char, Dimension> dimensions = [];
        for (int i = 0; i < terms.Length && i < n.Inputs.Count; i++)
        {
            for (int j = 0; n.Inputs[i]!.Shape is { } s && s.Rank == terms[i].Length && j < s.Rank; j++)
            {
                dimensions[terms[i][j]] = s[j];
            }
        }

        return OnnxInference.Shape(sides[1].Select(c => dimensions.GetValueOrDefault(c)));
    }
}
