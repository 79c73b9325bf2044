using Pare.Passes.Conversion;

namespace Pare.Passes.Optimize.Onnx;

/// <summary>
/// What can be known about an ONNX model's values without running it: types, shapes, and the elements of small integer and boolean values. Works on operator
/// sets from 7 on, through inner graphs. Facts the file declares come back unchanged when <see cref="Restore"/> is called.
/// </summary>
internal sealed class OnnxFacts
{
    private readonly Model _model;
    private readonly IList<Diagnostic> _diagnostics;
    private readonly Dictionary<Value, (DataType Type, SymbolicShape? Shape)> _declared = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, long?[]?> _elements = new(ReferenceEqualityComparer.Instance);
    private bool _reported;

    public OnnxFacts(Model model, IList<Diagnostic> diagnostics)
    {
        _model = model;
        _diagnostics = diagnostics;
        foreach (Value v in model.Graph.SelfAndSubgraphs().SelectMany(g => g.Nodes).SelectMany(n => n.Outputs))
        {
            _declared[v] = (v.Type, v.Shape);
        }
    }

    /// <summary>Says that a value now stands where the file declared another.</summary>
    public void Declare(Value value, Value before)
    {
        _declared[value] = _declared.TryGetValue(before, out (DataType, SymbolicShape?) d) ? d : (before.Type, before.Shape);
        value.Extension = before.Extension;
    }

    /// <summary>Drops what the file declared of a value whose type or shape a rule changes.</summary>
    public void Forget(Value value)
    {
        _declared.Remove(value);
        value.Extension = null;
    }

    /// <summary>Works everything out anew.</summary>
    public void Infer()
    {
        _elements.Clear();
        Infer(_model.Graph);
    }

    /// <summary>Puts back what the file declared.</summary>
    public void Restore()
    {
        foreach (Value v in _model.Graph.SelfAndSubgraphs().SelectMany(g => g.Nodes).SelectMany(n => n.Outputs))
        {
            if (_declared.TryGetValue(v, out (DataType Type, SymbolicShape? Shape) d))
            {
                (v.Type, v.Shape) = (d.Type == DataType.Undefined ? v.Type : d.Type, d.Shape);
            }
        }
    }

    /// <summary>Elements of a small integer or boolean value as far as known (booleans are 0 and 1), or null.</summary>
    public long?[]? Elements(Value? value)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Constant is { } c)
        {
            return c.Count <= 1024 && (c.Type.IsInteger() || c.Type == DataType.Boolean) && c is not SparseTensorData ? Array.ConvertAll(c.ToInt64s(), e => (long?)e) : null;
        }

        return _elements.GetValueOrDefault(value);
    }

    /// <summary>Elements when all are known, or null.</summary>
    public long[]? Known(Value? value) => OnnxInferenceMovement.Known(Elements(value));

    /// <summary>Axes of an operator that takes them as an attribute or, in later sets, as an input; null where they are not known. <paramref name="given"/> tells whether there are any.</summary>
    public long[]? Axes(Node node, int input, out bool given)
    {
        if (node.Attributes.GetIntegers("axes") is { } a)
        {
            given = true;
            return a;
        }

        given = node.InputOrDefault(input) is not null;
        return given ? Known(node.Inputs[input]) : null;
    }

    private void Infer(Graph graph)
    {
        foreach (Node n in GraphOrder.Topological(graph))
        {
            foreach (Graph inner in n.Subgraphs())
            {
                Infer(inner);
            }

            try
            {
                if (!InferNode(n))
                {
                    foreach (Value v in n.Outputs)
                    {
                        (v.Type, v.Shape) = _declared.GetValueOrDefault(v);
                    }

                    continue;
                }

                if (n.Outputs.Count == 1)
                {
                    _elements[n.Output] = Evaluate(n);
                }
            }
            catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or GraphException or NullReferenceException or OverflowException or DivideByZeroException or InvalidCastException)
            {
                // Attributes and inputs that do not fit each other: the runtime will say so; nothing is known here.
                foreach (Value v in n.Outputs)
                {
                    (v.Type, v.Shape) = (DataType.Undefined, null);
                }

                if (!_reported)
                {
                    _reported = true;
                    _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"the shape of a {n.Operator} could not be worked out: {e.Message}", n.Name));
                }
            }
        }
    }

    private bool InferNode(Node n)
    {
        if (n.Domain is not ("" or "ai.onnx"))
        {
            return false;
        }

        Value? x = n.InputOrDefault(0);
        SymbolicShape? s = x?.Shape;
        switch (n.Operator)
        {
            case "Constant":
                return n.Output.IsConstant;
            case "Cast":
                OnnxInference.Set(n, 0, OnnxDataTypes.FromCode((int)n.Attributes.GetInteger("to")), s);
                return true;
            case "If":
                If(n);
                return true;
            case "Dropout":
                OnnxInference.Set(n, 0, x!.Type, s);
                OnnxInference.Set(n, 1, DataType.Boolean, s);
                return true;
            case "Flatten":
                OnnxInference.Set(n, 0, x!.Type, OnnxInference.OfRank(2));
                return true;
            case "LSTM" or "GRU" or "RNN":
                Recurrent(n, x!);
                return true;
            case "Squeeze" or "Unsqueeze" or "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL1" or "ReduceL2" or "ReduceSumSquare" or "ReduceLogSumExp" or "ReduceLogSum"
                when n.Attributes.ContainsKey("axes"):
                OnnxInference.Set(n, 0, x!.Type, s is null ? null : WithAxes(n, s, n.Attributes.GetIntegers("axes")!));
                return true;
            case "Slice" when n.Attributes.ContainsKey("starts"):
                OnnxInference.Set(n, 0, x!.Type, s is null ? null : OnnxInference.OfRank(s.Rank));
                return true;
            case "Pad" when n.Attributes.ContainsKey("pads"):
                OnnxInference.Set(n, 0, x!.Type, s is null ? null : OnnxInference.OfRank(s.Rank));
                return true;
            case "Split" or "Upsample" or "TopK" when _model.OperatorSets.TryGetValue("", out long set) && set < 13:
                return false;
            default:
                return OnnxInferenceMovement.TryInfer(n, Elements) || OnnxInferenceCompute.TryInfer(n, Elements);
        }
    }

    private static SymbolicShape WithAxes(Node n, SymbolicShape s, long[] axes)
    {
        int rank = n.Operator == "Unsqueeze" ? s.Rank + axes.Length : s.Rank;
        HashSet<int> at = [.. axes.Select(a => (int)(a < 0 ? a + rank : a))];
        if (n.Operator == "Unsqueeze")
        {
            int next = 0;
            return OnnxInference.Shape([.. Enumerable.Range(0, rank).Select(i => at.Contains(i) ? 1 : s[next++])]);
        }

        return n.Operator == "Squeeze" || !n.Attributes.GetBoolean("keepdims", true)
            ? OnnxInference.Shape(s.Dimensions.Where((_, i) => !at.Contains(i)))
            : OnnxInference.Shape(s.Dimensions.Select((d, i) => at.Contains(i) ? 1 : d));
    }

    // Y is [steps, directions, batch, hidden], the last states are [directions, batch, hidden].
    private static void Recurrent(Node n, Value x)
    {
        Dimension directions = n.Inputs[1]!.Shape?[0] ?? default;
        Dimension hidden = n.Inputs[2]!.Shape?[2] ?? default;
        bool batchFirst = n.Attributes.GetInteger("layout") == 1;
        Dimension steps = x.Shape?[batchFirst ? 1 : 0] ?? default;
        Dimension batch = x.Shape?[batchFirst ? 0 : 1] ?? default;
        OnnxInference.Set(n, 0, x.Type, batchFirst ? new SymbolicShape(batch, steps, directions, hidden) : new SymbolicShape(steps, directions, batch, hidden));
        for (int i = 1; i < n.Outputs.Count; i++)
        {
            OnnxInference.Set(n, i, x.Type, batchFirst ? new SymbolicShape(batch, directions, hidden) : new SymbolicShape(directions, batch, hidden));
        }
    }

    private static void If(Node n)
    {
        Graph a = n.Attributes["then_branch"].AsGraph;
        Graph b = n.Attributes["else_branch"].AsGraph;
        for (int i = 0; i < n.Outputs.Count; i++)
        {
            Value p = a.Outputs[i];
            Value q = b.Outputs[i];
            SymbolicShape? shape = p.Shape is { } s && q.Shape is { } t && s.Rank == t.Rank ? OnnxInference.Shape(s.Dimensions.Select((d, j) => d == t[j] ? d : Dimension.Unknown)) : null;
            OnnxInference.Set(n, i, p.Type == q.Type ? p.Type : DataType.Undefined, shape);
        }
    }

    private long?[]? Evaluate(Node n)
    {
        long?[]? x = Elements(n.InputOrDefault(0));
        switch (n.Operator)
        {
            case "Size":
                return n.Inputs[0]?.Shape?.ToStatic() is { } shape ? [shape.Count] : null;
            case "Not":
                return x is null ? null : Array.ConvertAll(x, e => e is { } v ? 1 - v : (long?)null);
            case "Cast" when n.Output.Type == DataType.Boolean:
                return x is null ? null : Array.ConvertAll(x, e => e is { } v ? (v != 0 ? 1 : 0) : (long?)null);
            case "Equal":
                return Compare(n, (a, b) => a == b);
            case "Less":
                return Compare(n, (a, b) => a < b);
            case "Greater":
                return Compare(n, (a, b) => a > b);
            case "And":
                return Compare(n, (a, b) => a != 0 && b != 0);
            case "Or":
                return Compare(n, (a, b) => a != 0 || b != 0);
            case "Slice" when n.Attributes.ContainsKey("starts"):
                return null;
            default:
                return OnnxElements.Evaluate(n, Elements);
        }
    }

    private long?[]? Compare(Node n, Func<long, long, bool> holds)
    {
        if (n.Inputs.Count != 2 || Elements(n.Inputs[0]) is not { } a || Elements(n.Inputs[1]) is not { } b || n.Inputs[0]!.Type is DataType.UInt64
            || (a.Length != b.Length && a.Length != 1 && b.Length != 1) || n.Inputs[0]!.Shape is not { Rank: <= 1 } || n.Inputs[1]!.Shape is not { Rank: <= 1 })
        {
            return null;
        }

        long?[] result = new long?[Math.Max(a.Length, b.Length)];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = a[a.Length == 1 ? 0 : i] is { } p && b[b.Length == 1 ? 0 : i] is { } q ? (holds(p, q) ? 1 : 0) : null;
        }

        return result;
    }
}
