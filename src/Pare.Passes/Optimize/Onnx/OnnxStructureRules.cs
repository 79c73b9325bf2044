using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pare.Passes.Optimize.Onnx;

/// <summary>Rules about the graph as such: constants in one place, twins merged, decided branches inlined, order kept.</summary>
internal static class OnnxStructureRules
{
    /// <summary>Makes every output of an inner graph a value that this graph makes, as the standard asks and the other rules rely on.</summary>
    public static void OwnOutputs(OnnxRewriter r)
    {
        foreach (Graph g in r.Graphs.Skip(1).ToArray())
        {
            for (int i = 0; i < g.Outputs.Count; i++)
            {
                Value v = g.Outputs[i];
                if (v.Producer is { } p ? !ReferenceEquals(p.Graph, g) : !g.Inputs.Contains(v) && !g.Initializers.Contains(v))
                {
                    string name = r.Names.Make(v.Name + "_out");
                    Node identity = g.CreateNode("", "Identity", [v], 0);
                    g.Outputs[i] = identity.AddOutput(name);
                }
            }
        }
    }

    /// <summary>Constants of all graphs become initializers of the main one, equal ones a single one.</summary>
    public static void GatherConstants(OnnxRewriter r)
    {
        Graph main = r.Model.Graph;
        foreach (Graph g in r.Graphs.ToArray())
        {
            foreach (Node n in g.Nodes)
            {
                if (n.Operator == "Constant" && n.Outputs.Count == 1 && n.Output.Constant is { } c and not SparseTensorData && !g.IsOutput(n.Output))
                {
                    Value constant = r.Constant(n.Output.Name, c);
                    n.Output.ReplaceUsesWith(constant);
                    g.RemoveNode(n);
                    r.Changed("Constant nodes made initializers");
                }
            }

            if (!ReferenceEquals(g, main))
            {
                foreach (Value v in g.Initializers.ToArray())
                {
                    if (!g.IsOutput(v))
                    {
                        Value constant = r.Constant(v.Name, v.Constant!);
                        v.ReplaceUsesWith(constant);
                        g.RemoveInitializer(v);
                    }
                }
            }
        }

        HashSet<Value> gone = new(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<(DataType, TensorShape), Value> alike in main.Initializers
            .Where(v => v.Constant is not SparseTensorData && v.Type != DataType.String && v.Constant!.ByteLength <= int.MaxValue && !main.IsOutput(v))
            .GroupBy(v => (v.Constant!.Type, v.Constant.Shape)).Where(g => g.Skip(1).Any()))
        {
            Dictionary<string, Value> known = new(StringComparer.Ordinal);
            foreach (Value v in alike)
            {
                if (known.TryGetValue(r.Digest(v.Constant!), out Value? twin))
                {
                    v.ReplaceUsesWith(twin);
                    gone.Add(v);
                }
                else
                {
                    known[r.Digest(v.Constant!)] = v;
                }
            }
        }

        r.Changed("equal initializers merged", main.RemoveInitializers(gone.Contains));
    }

    /// <summary>Values whose elements are known become constants.</summary>
    public static void FoldKnown(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (n.IsRemoved || n.Outputs.Count != 1 || n.Operator == "Constant" || OnnxRewriter.IsGraphOutput(n.Output) || n.Output.Uses.Count == 0
                || r.Facts.Known(n.Output) is not { } known || n.Output.Shape?.ToStatic() is not { } shape || shape.Count != known.Length || known.Length > 64)
            {
                continue;
            }

            TensorData? content = n.Output.Type switch
            {
                DataType.Int64 => DenseTensorData.Create(known.AsSpan(), shape),
                DataType.Int32 => DenseTensorData.Create(Array.ConvertAll(known, e => (int)e).AsSpan(), shape),
                DataType.Boolean => new DenseTensorData(DataType.Boolean, shape, Array.ConvertAll(known, e => (byte)e)),
                _ => null,
            };
            if (content is not null && r.Replace(n.Output, r.Constant(n.Output.Name, content)))
            {
                r.Changed("shape computations folded");
            }
        }
    }

    /// <summary>Nodes that compute the same become one; those of an inner graph also look for their twin around it.</summary>
    public static void MergeTwins(OnnxRewriter r) => MergeTwins(r, r.Model.Graph, [], new Dictionary<Value, int>(ReferenceEqualityComparer.Instance));

    /// <summary>An If whose condition is known gives way to the branch taken.</summary>
    public static void InlineIfs(OnnxRewriter r)
    {
        foreach (Node n in r.Graphs.SelectMany(g => g.Nodes).ToArray())
        {
            if (n.IsRemoved || !OnnxRewriter.Is(n, "If") || r.Facts.Known(n.InputOrDefault(0)) is not [var condition])
            {
                continue;
            }

            Graph taken = n.Attributes[condition != 0 ? "then_branch" : "else_branch"].AsGraph;
            if (taken.Inputs.Count > 0 || taken.Initializers.Count > 0 || taken.Outputs.Count != n.Outputs.Count)
            {
                continue;
            }

            Inline(r, n, taken);
            r.Changed("decided If inlined");
        }
    }

    /// <summary>Puts nodes into an order of execution, as the standard asks.</summary>
    public static void Sort(OnnxRewriter r)
    {
        foreach (Graph g in r.Graphs.ToArray())
        {
            g.Reorder(GraphOrder.Topological(g));
        }
    }

    private static void MergeTwins(OnnxRewriter r, Graph graph, Dictionary<string, Node> around, Dictionary<Value, int> ids)
    {
        Dictionary<string, Node> known = new(around, StringComparer.Ordinal);
        foreach (Node n in GraphOrder.Topological(graph))
        {
            if (!r.Model.Vocabulary.TraitsOf(n).IsPure || n.Operator == "Constant" || n.Subgraphs().Any() || n.Inputs.Count == 0)
            {
                continue;
            }

            if (Key(n, ids) is not { } key)
            {
                continue;
            }

            if (!known.TryGetValue(key, out Node? twin))
            {
                known[key] = n;
                continue;
            }

            if (twin.Outputs.Count < n.Outputs.Count || n.Outputs.Any(graph.IsOutput))
            {
                continue;
            }

            for (int i = 0; i < n.Outputs.Count; i++)
            {
                n.Outputs[i].ReplaceUsesWith(twin.Outputs[i]);
            }

            graph.RemoveNode(n);
            r.Changed("equal nodes merged");
        }

        foreach (Node n in graph.Nodes)
        {
            foreach (Graph inner in n.Subgraphs())
            {
                MergeTwins(r, inner, known, ids);
            }
        }
    }

    // What two nodes must have in common to compute the same, or null where that cannot be told.
    private static string? Key(Node node, Dictionary<Value, int> ids)
    {
        StringBuilder key = new();
        key.Append(node.Domain).Append(':').Append(node.Operator).Append(':').Append(node.Outputs.Count);
        foreach (Value? v in node.Inputs)
        {
            key.Append('|');
            if (v is not null)
            {
                if (!ids.TryGetValue(v, out int id))
                {
                    ids[v] = id = ids.Count;
                }

                key.Append(CultureInfo.InvariantCulture, $"{id}");
            }
        }

        foreach ((string name, AttributeValue a) in node.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            string? value = a.Kind switch
            {
                AttributeKind.Integer => a.AsInteger.ToString(CultureInfo.InvariantCulture),
                AttributeKind.Float => BitConverter.SingleToInt32Bits(a.AsFloat).ToString(CultureInfo.InvariantCulture),
                AttributeKind.String => Convert.ToHexString(a.AsBytes.Span),
                AttributeKind.Integers => string.Join(",", a.AsIntegers),
                AttributeKind.Floats => string.Join(",", a.AsFloats.Select(BitConverter.SingleToInt32Bits)),
                AttributeKind.Tensor when a.AsTensor is { ByteLength: <= 1 << 20 } t and not SparseTensorData && t.Type != DataType.String => $"{t}{Convert.ToHexString(SHA256.HashData(t.GetBytes()))}",
                _ => null,
            };
            if (value is null)
            {
                return null;
            }

            key.Append('|').Append(name).Append('=').Append(value);
        }

        return key.ToString();
    }

    // Nodes belong to one graph, so those of the branch are made anew where the If stood.
    private static void Inline(OnnxRewriter r, Node @if, Graph branch)
    {
        Graph graph = @if.Graph;
        Dictionary<Value, Value> moved = new(ReferenceEqualityComparer.Instance);
        HashSet<string> elsewhere = new(r.Graphs.Where(g => !ReferenceEquals(g, branch)).SelectMany(g => g.Inputs.Concat(g.Initializers).Concat(g.Nodes.SelectMany(n => n.Outputs))).Select(v => v.Name), StringComparer.Ordinal);
        foreach (Node n in GraphOrder.Topological(branch))
        {
            Node copy = graph.CreateNodeBefore(@if, n.Name, n.Operator, n.Inputs.Select(v => v is not null && moved.TryGetValue(v, out Value? m) ? m : v), 0, n.Domain);
            copy.Extension = n.Extension;
            foreach ((string name, AttributeValue a) in n.Attributes.ToArray())
            {
                copy.Attributes[name] = a;
                n.Attributes.Remove(name);
            }

            foreach (Value v in n.Outputs)
            {
                Value o = copy.AddOutput(v.Name.Length == 0 ? "" : elsewhere.Contains(v.Name) ? r.Names.Make(v.Name) : v.Name);
                (o.Type, o.Shape, o.Constant) = (v.Type, v.Shape, v.Constant);
                r.Facts.Declare(o, v);
                moved[v] = o;
                v.ReplaceUsesWith(o);
            }
        }

        Value[] outputs = [.. branch.Outputs.Select(v => moved.TryGetValue(v, out Value? m) ? m : v)];
        branch.Outputs.Clear();
        branch.RemoveNodes([.. branch.Nodes]);
        for (int i = 0; i < outputs.Length; i++)
        {
            Value old = @if.Outputs[i];
            if (!graph.IsOutput(old))
            {
                old.ReplaceUsesWith(outputs[i]);
                continue;
            }

            string name = old.Name;
            old.Name = r.Names.Make(name + "_was");
            Node identity = graph.CreateNodeAfter(@if, "", "Identity", [outputs[i]], 0);
            Value o = identity.AddOutput(name);
            (o.Type, o.Shape) = (old.Type, old.Shape);
            r.Facts.Declare(o, old);
            graph.ReplaceUses(old, o);
        }

        GraphEditing.Sweep(graph);
    }
}
