namespace Pare.Passes.Optimize;

/// <summary>
/// Computes what depends on constants alone. Requires nothing. Rules: a pure node whose inputs are all constant or computed so becomes a constant, unless the result takes both more than a limit and more
/// than one and a half times the bytes it is computed from: computed tables stay computed. Expressions of real numbers are worked out here in binary64, all others together in one run of the
/// context's runner (none is left out for want of one but with a remark). State, random numbers, a PlaceholderWithDefault and nodes with control edges are never folded.
/// </summary>
public sealed class FoldConstantsPass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="limit">Bytes up to which a result is always folded.</param>
    public FoldConstantsPass(long limit = 16 * 1024) => Limit = limit;

    /// <inheritdoc/>
    public override string Name => "fold_constants";

    /// <inheritdoc/>
    public override string Summary => "compute what depends on constants alone";

    /// <inheritdoc/>
    public override double? StatedDrift => 1e-6;

    /// <summary>Bytes up to which a result is always folded.</summary>
    public long Limit { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        HashSet<Node> left = [];
        for (int round = 0; round < 8; round++)
        {
            Dictionary<Node, long> sizes = Candidates(model, left);
            Value[] roots = [.. sizes.Keys.SelectMany(n => n.Outputs).Where(v => model.Graph.IsOutput(v) || v.Uses.Any(u => !sizes.ContainsKey(u.Node)))];
            if (roots.Length == 0)
            {
                break;
            }

            ConstantMath math = new();
            Dictionary<Value, TensorData?> results = new(ReferenceEqualityComparer.Instance);
            List<Value> others = [];
            foreach (Value v in roots)
            {
                if (ElementTypes.Infer(v) == DataType.Float32 && math.Evaluate(v) is { } real)
                {
                    results[v] = DenseTensorData.Create(Array.ConvertAll(real.Values, x => (float)x), new TensorShape(real.Shape));
                }
                else
                {
                    others.Add(v);
                }
            }

            ConstantRunner.Compute(model, others, context, results, left, Name);
            bool again = false;
            foreach (Value v in roots)
            {
                TensorData? content = results.GetValueOrDefault(v);
                if (content is null || content.ByteLength > Math.Max(Limit, sizes[v.Producer!] * 3 / 2) || !Put(model, v, content))
                {
                    // Its inputs may still be folded: they become roots in the next round.
                    again |= left.Add(v.Producer!);
                    continue;
                }

                log.Add("constant expressions computed");
            }

            if (!again)
            {
                break;
            }
        }

        return log.ToChanges();
    }

    // Nodes that depend on constants alone, with the bytes of those constants.
    private static Dictionary<Node, long> Candidates(Model model, HashSet<Node> left)
    {
        Dictionary<Node, long> sizes = [];
        foreach (Node n in GraphOrder.Topological(model.Graph, model.Vocabulary.IsBackEdge))
        {
            OperatorTraits traits = model.Vocabulary.TraitsOf(n);
            if (!traits.IsPure || traits.Kind == OperatorKind.Constant || n.Operator == "PlaceholderWithDefault" || left.Contains(n) || n.ControlInputs.Count > 0 || n.ControlDependents.Count > 0
                || n.Outputs.Count == 0 || n.Inputs.Count == 0 || n.Outputs.Any(o => GraphEditing.IsInput(model.Graph, o)) || n.Subgraphs().Any())
            {
                continue;
            }

            long bytes = 0;
            bool isConstant = true;
            foreach (Value? v in n.Inputs)
            {
                if (v is null)
                {
                    continue;
                }

                if (v.Constant is { } c)
                {
                    bytes += Math.Max(1, c.ByteLength);
                }
                else if (v.Producer is { } p && sizes.TryGetValue(p, out long before))
                {
                    bytes += before;
                }
                else
                {
                    isConstant = false;
                    break;
                }
            }

            if (isConstant)
            {
                sizes[n] = Math.Min(bytes, long.MaxValue / 8);
            }
        }

        return sizes;
    }

    private static bool Put(Model model, Value value, TensorData content)
    {
        Node n = value.Producer!;
        Value?[] inputs = [.. n.Inputs];
        if (!model.Vocabulary.NodeNamesAreUnique)
        {
            if (n.Graph.IsOutput(value))
            {
                return false;
            }

            string name = value.Name;
            value.Name = new UniqueNames(n.Graph).Make($"{name}_folded");
            value.ReplaceUsesWith(n.Graph.AddInitializer(name, content));
            Unused.Remove(model.Vocabulary, n.Outputs);
            return true;
        }

        if (value.OutputIndex != 0 || n.Outputs.Skip(1).Any(o => o.Uses.Count > 0 || n.Graph.IsOutput(o)))
        {
            if (n.Graph.IsOutput(value))
            {
                return false;
            }

            value.ReplaceUsesWith(GraphEditing.CreateConstant(model, n, new UniqueNames(n.Graph).Make($"{n.Name}_{value.OutputIndex}"), content));
            Unused.Remove(model.Vocabulary, n.Outputs);
            return true;
        }

        n.SetInputs();
        n.TrimOutputs(1);
        n.Operator = "Const";
        n.Extension = null;
        foreach (string key in n.Attributes.Keys.Where(k => k != "_class").ToArray())
        {
            n.Attributes.Remove(key);
        }

        n.Attributes["dtype"] = AttributeValue.Of(content.Type);
        GraphEditing.SetConstant(value, content);
        Unused.Remove(model.Vocabulary, inputs);
        return true;
    }
}
