using System.Collections.Frozen;

namespace Pare.Passes.Prune;

/// <summary>Which rule tells how an operator carries channels. A family of operators is a file; what stands in none and works element by element needs no rule, and all else keeps its channels.</summary>
internal static class CouplingRules
{
    /// <summary>Why the last layers keep their channels, which nobody needs to be told.</summary>
    public const string OutputReason = "it is an output of the model";

    private static readonly FrozenDictionary<string, Action<CouplingContext, Node>> s_rules = new[]
    {
        LinearCouplings.All, ElementwiseCouplings.All, MovementCouplings.All, JoinCouplings.All, WindowCouplings.All,
    }.SelectMany(f => f).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Applies the rules of all operators.</summary>
    public static CouplingContext Apply(Model model, ObservedShapes seen, AxisSpace? axes, bool strict)
    {
        CouplingContext c = new(model, seen, axes, strict);
        foreach (Value v in model.Graph.Inputs)
        {
            c.Space.FreezeAll(c.Space.Find(v), "it is an input of the model");
        }

        foreach (Value v in model.Graph.Outputs)
        {
            c.Space.FreezeAll(c.Space.Find(v), OutputReason);
        }

        foreach (Value v in model.Graph.Constants)
        {
            if (v.Constant!.Type.BitWidth() < 8 || v.Quantization is { GroupSize: > 0 } || (!v.Constant.Type.IsFloat() && v.Quantization is { } q && q.ZeroPoints.Any(z => z != 0)))
            {
                c.Space.FreezeAll(c.Space.Find(v), "its codes cannot be parted");
            }
        }

        foreach (Node n in model.Graph.Nodes)
        {
            Apply(c, n);
        }

        return c;
    }

    private static void Apply(CouplingContext c, Node n)
    {
        OperatorTraits traits = c.Model.Vocabulary.TraitsOf(n);
        Graph[] inner = [.. n.Subgraphs().SelectMany(g => g.SelfAndSubgraphs())];
        foreach (Value captured in inner.SelectMany(g => g.Nodes).SelectMany(i => i.Inputs).OfType<Value>())
        {
            c.Space.FreezeAll(c.Space.Find(captured), $"'{n.Name}' takes it into its branches");
        }

        if (traits.Kind == OperatorKind.Constant || n.Inputs.Count == 0)
        {
            return;
        }

        if (inner.Length == 0 && n.Domain.Length == 0 && s_rules.TryGetValue(n.Operator, out Action<CouplingContext, Node>? rule))
        {
            rule(c, n);
        }
        else if (inner.Length == 0 && traits.Kind == OperatorKind.ShapeQuery && n.Operator is "Shape" or "SHAPE" or "ShapeN" && !c.IsStrict)
        {
            // What follows from a shape follows it when it changes; a run tells.
        }
        else if (inner.Length == 0 && traits.Kind is OperatorKind.BiasAdd or OperatorKind.BatchNormalization)
        {
            ElementwiseCouplings.Channelwise(c, n);
        }
        else if (inner.Length == 0 && (traits.IsElementwise || traits.Kind == OperatorKind.Identity || (traits.Kind == OperatorKind.Conversion && n.Operator is not ("DENSIFY" or "Bitcast" or "BitCast" or "DynamicQuantizeLinear"))))
        {
            ElementwiseCouplings.Elementwise(c, n);
        }
        else
        {
            c.FreezeNode(n);
        }
    }
}
