using Pare.Passes.Conversion;

namespace Pare.Passes.Optimize;

/// <summary>Moves the Transposes of one graph toward its outputs, in one sweep with the order of execution.</summary>
/// <param name="graph">An ONNX graph, its nodes in any order.</param>
/// <param name="opset">Version of ONNX's own operator set.</param>
/// <param name="spare">Whether a Transpose with several consumers stays where it is unless it meets another at once.</param>
internal sealed class TransposeSinker(Graph graph, long opset, bool spare)
{
    private readonly UniqueNames _names = new(graph);
    private readonly Dictionary<(Value, string), Value> _rearranged = [];

    /// <summary>Version of ONNX's own operator set.</summary>
    public long Opset => opset;

    /// <summary>Whether a node is a Transpose that says its permutation.</summary>
    public static bool IsTranspose(Node node) => node.Operator == "Transpose" && node.Domain is "" or "ai.onnx" && node.Attributes.ContainsKey("perm");

    public void Run()
    {
        graph.Reorder(GraphOrder.Topological(graph));
        foreach (Node n in graph.Nodes)
        {
            if (IsTranspose(n))
            {
                Join(n);
            }
            else if (n.Operator == "Reshape")
            {
                SkipUnits(n);
            }
            else if (Moved(n) is { } permutation && TransposeRules.Find(n) is { } rule)
            {
                TransposeMove move = new(this, n, permutation);
                if (rule(move))
                {
                    Finish(n, move.After);
                }
            }
        }

        RemoveUnused();
        TransposeLifter lifter = new(this);
        foreach (Node n in graph.Nodes.Where(IsTranspose).ToArray())
        {
            lifter.Lift(n);
        }

        RemoveUnused();
    }

    /// <summary>The value a Transpose of exactly this permutation takes, or null where the value is none such.</summary>
    public static Value? Before(Value value, long[] permutation)
        => value.Producer is { } p && IsTranspose(p) && p.Attributes.GetIntegers("perm") is { } perm && perm.AsSpan().SequenceEqual(permutation) ? p.Inputs[0] : null;

    /// <summary>
    /// What stands for an input once the Transpose before the node is gone: the Transpose's own input, the constant with its axes put back, a scalar as it is, a vector along its axis. Null where none is free.
    /// </summary>
    public Value? Rearranged(Value value, long[] permutation)
    {
        if (Before(value, permutation) is { } source)
        {
            return source;
        }

        int rank = permutation.Length;
        if (value.Shape is not { } shape || shape.Rank > rank)
        {
            return null;
        }

        if (shape.Rank == 0 || (shape.Rank == 1 && shape[0].Value == 1))
        {
            return value;
        }

        string key = string.Join(',', permutation);
        if (_rearranged.TryGetValue((value, key), out Value? known))
        {
            return known;
        }

        if (value.Constant is { } c && c.Type.BitWidth() >= 8 && c.ByteLength <= Array.MaxLength)
        {
            long[] padded = [.. Enumerable.Repeat(1L, rank - shape.Rank), .. c.Shape.Dimensions];
            TensorData content = TransposedTensorData.Of(new TensorView(c, c.Type, new TensorShape(padded)), Inverse(permutation));
            return _rearranged[(value, key)] = graph.AddInitializer(_names.Make(value.Name + "/rearranged"), content);
        }

        if (shape.Rank == 1 && value.Producer is { } producer && ReferenceEquals(producer.Graph, graph))
        {
            long[] along = [-1, .. Enumerable.Repeat(1L, rank - 1 - (int)permutation[^1])];
            if (along.Length == 1)
            {
                return value;
            }

            Value extents = graph.AddInitializer(_names.Make(value.Name + "/extents"), DenseTensorData.Create(along, new TensorShape(along.Length)));
            Node reshape = graph.CreateNodeAfter(producer, _names.Make(value.Name + "/along"), "Reshape", [value, extents], 0);
            Value result = reshape.AddOutput(_names.Make(value.Name + "/along_axis"));
            result.Type = value.Type;
            result.Shape = new SymbolicShape([shape[0], .. Enumerable.Repeat((Dimension)1, along.Length - 1)]);
            return _rearranged[(value, key)] = result;
        }

        return null;
    }

    /// <summary>A constant int64 vector.</summary>
    public Value Int64s(string name, long[] values) => graph.AddInitializer(_names.Make(name), DenseTensorData.Create(values, new TensorShape(values.Length)));

    /// <summary>A constant binary32 vector.</summary>
    public Value Floats(string name, float[] values) => graph.AddInitializer(_names.Make(name), DenseTensorData.Create(values, new TensorShape(values.Length)));

    /// <summary>The permutation that undoes another.</summary>
    public static long[] Inverse(long[] permutation)
    {
        long[] inverse = new long[permutation.Length];
        for (int i = 0; i < inverse.Length; i++)
        {
            inverse[permutation[i]] = i;
        }

        return inverse;
    }

    // The permutation of the Transpose that stands before a node and may be moved behind it.
    private long[]? Moved(Node node)
    {
        foreach (Value? v in node.Inputs)
        {
            if (v?.Producer is { } p && IsTranspose(p) && ReferenceEquals(p.Graph, graph))
            {
                return spare && v.Uses.Count > 1 && !Meets(node) ? null : p.Attributes.GetIntegers("perm");
            }
        }

        return null;
    }

    private static bool Meets(Node node) => node.Outputs.All(o => o.Uses.Count > 0 && o.Uses.All(u => IsTranspose(u.Node)));

    // Two in a row are one; one that changes nothing is none.
    private void Join(Node node)
    {
        Value source = node.Inputs[0]!;
        long[] permutation = node.Attributes.GetIntegers("perm")!;
        if (source.Producer is { } p && IsTranspose(p) && p.Attributes.GetIntegers("perm") is { } first && first.Length == permutation.Length)
        {
            permutation = [.. permutation.Select(i => first[i])];
            source = p.Inputs[0]!;
            node.SetInput(0, source);
            node.Attributes["perm"] = OnnxBuilderHelpers.Ints(permutation);
        }

        if (permutation.Where((x, i) => x != i).Any())
        {
            Node? twin = source.Uses.Select(u => u.Node).FirstOrDefault(n => n != node && IsTranspose(n) && ReferenceEquals(n.Graph, graph) && !graph.IsOutput(n.Output) && n.Attributes.GetIntegers("perm")!.AsSpan().SequenceEqual(permutation));
            if (twin is not null && source.Producer is not null && !graph.IsOutput(node.Output))
            {
                // The twin may stand later; both have the same input, so either can serve where this one stands.
                twin.Output.ReplaceUsesWith(node.Output);
            }

            return;
        }

        // An output keeps its name, so its Transpose can only go where what it stands for is a node's own.
        if (!graph.IsOutput(node.Output))
        {
            node.Output.ReplaceUsesWith(source);
        }
        else if (source.Producer is not null && !graph.IsOutput(source))
        {
            string name = node.Output.Name;
            node.Output.Name = _names.Make(name + "/gone");
            source.Name = name;
            graph.ReplaceUses(node.Output, source);
        }
    }

    // Reshape reads elements in order: axes of extent 1 may stand anywhere.
    private static void SkipUnits(Node reshape)
    {
        if (reshape.Inputs[0]?.Producer is not { } p || !IsTranspose(p) || p.Inputs[0]!.Shape is not { } shape
            || reshape.Inputs[1]?.Constant is not { } extents || (Array.IndexOf(extents.ToInt64s(), 0) >= 0 && !reshape.Attributes.GetBoolean("allowzero")))
        {
            return;
        }

        long[] moving = [.. p.Attributes.GetIntegers("perm")!.Where(i => shape[(int)i].Value != 1)];
        if (moving.SequenceEqual(moving.Order()))
        {
            reshape.SetInput(0, p.Inputs[0]);
        }
    }

    // The node now works in the order before the Transpose; every output is brought into the order it had, under its old name.
    private void Finish(Node node, IReadOnlyList<long[]> after)
    {
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            Value output = node.Outputs[i];
            long[] permutation = after[Math.Min(i, after.Count - 1)];
            if (!permutation.Where((x, j) => x != j).Any())
            {
                continue;
            }

            Node transpose = graph.CreateNodeAfter(node, _names.Make(node.Name + "/Transpose"), "Transpose", [], 0);
            string name = output.Name;
            output.Name = _names.Make(name + "/inner");
            Value result = transpose.AddOutput(name);
            result.Type = output.Type;
            result.Shape = output.Shape;
            transpose.Attributes["perm"] = OnnxBuilderHelpers.Ints(permutation);
            graph.ReplaceUses(output, result);
            transpose.AddInput(output);
            if (output.Shape is { } s && s.Rank == permutation.Length)
            {
                long[] inverse = Inverse(permutation);
                output.Shape = OnnxInference.Shape(inverse.Select(j => s[(int)j]));
            }
        }
    }

    private void RemoveUnused()
    {
        foreach (Node n in graph.Nodes.Reverse().ToArray())
        {
            if (TransposeRules.IsMovable(n) && n.Outputs.All(o => o.Uses.Count == 0 && !graph.IsOutput(o)))
            {
                graph.RemoveNode(n);
            }
        }

        graph.RemoveInitializers(v => v.Uses.Count == 0 && !graph.IsOutput(v));
        graph.Reorder(GraphOrder.Topological(graph));
    }
}
