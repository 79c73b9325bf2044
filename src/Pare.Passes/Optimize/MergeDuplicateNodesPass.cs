using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pare.Passes.Optimize;

/// <summary>
/// Keeps one of several nodes that compute the same (common subexpressions) and one of several constants with the same content. Requires nothing. A node merges with an earlier one when operator, attributes,
/// inputs and control inputs agree and it is pure; random numbers, state and placeholders never. A node whose output is an output of the graph keeps its place; of two such, both stay.
/// </summary>
public sealed class MergeDuplicateNodesPass : Pass
{
    /// <inheritdoc/>
    public override string Name => "merge_duplicate_nodes";

    /// <inheritdoc/>
    public override string Summary => "keep one of several equal nodes or constants";

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Graph graph in model.Graph.SelfAndSubgraphs().ToArray())
        {
            MergeGraph(model, graph, log);
        }

        return log.ToChanges();
    }

    private static void MergeGraph(Model model, Graph graph, ChangeLog log)
    {
        HashSet<Value> outputs = new(graph.Outputs, ReferenceEqualityComparer.Instance);
        Dictionary<string, List<Value>> constants = new(StringComparer.Ordinal);
        foreach (Value v in graph.Initializers.ToArray())
        {
            if (!outputs.Contains(v) && !GraphEditing.IsInput(graph, v) && Twin(constants, "", v) is { } first)
            {
                v.ReplaceUsesWith(first);
                graph.RemoveInitializer(v);
                log.Add("equal constants merged");
            }
        }

        Dictionary<string, Node> seen = new(StringComparer.Ordinal);
        foreach (Node n in GraphOrder.Topological(graph, model.Vocabulary.IsBackEdge))
        {
            OperatorTraits traits = model.Vocabulary.TraitsOf(n);
            if (!traits.IsPure || n.Outputs.Count == 0 || n.Outputs.Any(o => GraphEditing.IsInput(graph, o)) || AttributeText.Of(n) is not { } attributes)
            {
                continue;
            }

            bool isOutput = n.Outputs.Any(outputs.Contains);
            string key = Key(n, traits, attributes);
            if (traits.Kind == OperatorKind.Constant)
            {
                // An output of the graph stands for others, but no other for it.
                if (n.Output.Constant is not null && Twin(constants, key, n.Output, isOutput) is { Producer: { } constant } && !isOutput)
                {
                    Merge(n, constant);
                    log.Add("equal constants merged");
                }

                continue;
            }

            if (!seen.TryGetValue(key, out Node? first))
            {
                seen[key] = n;
            }
            else if (!isOutput)
            {
                Merge(n, first);
                log.Add($"equal {n.Operator} merged");
            }
        }
    }

    private static string Key(Node n, OperatorTraits traits, string attributes)
    {
        StringBuilder key = new();
        key.Append(CultureInfo.InvariantCulture, $"{n.Domain}|{n.Operator}|{n.Device}|{n.Outputs.Count(o => o.HasOwnName)}|");
        IEnumerable<string> inputs = n.Inputs.Select(v => v is null ? "-" : $"{RuntimeHelpers.GetHashCode(v.Producer ?? (object)v)}:{v.OutputIndex}:{v.Name}");
        key.AppendJoin(',', traits.IsCommutative && n.Inputs.Count == 2 ? inputs.Order(StringComparer.Ordinal) : inputs);
        key.Append('|').AppendJoin(',', n.ControlInputs.Select(c => c.Name).Order(StringComparer.Ordinal)).Append('|').Append(attributes);
        return key.ToString();
    }

    private static Value? Twin(Dictionary<string, List<Value>> constants, string prefix, Value value, bool isOutput = false)
    {
        if (TensorContent.Key(value.Constant!) is not { } content)
        {
            return null;
        }

        string key = $"{prefix}|{content}";
        if (!constants.TryGetValue(key, out List<Value>? group))
        {
            constants[key] = [value];
            return null;
        }

        Value? twin = isOutput ? null : group.Find(v => TensorContent.AreEqual(v.Constant!, value.Constant!));
        if (twin is null)
        {
            group.Add(value);
        }

        return twin;
    }

    private static void Merge(Node gone, Node kept)
    {
        for (int i = 0; i < gone.Outputs.Count; i++)
        {
            if (gone.Outputs[i].Uses.Count > 0)
            {
                gone.Outputs[i].ReplaceUsesWith(kept.GetOrAddOutput(i));
            }
        }

        foreach (Node dependent in gone.ControlDependents.ToArray())
        {
            dependent.AddControlInput(kept);
        }

        gone.Graph.RemoveNode(gone);
    }
}
