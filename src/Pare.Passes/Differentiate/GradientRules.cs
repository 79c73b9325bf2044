using System.Collections.Frozen;

namespace Pare.Passes.Differentiation;

/// <summary>The rules of differentiation, one table a family of operators.</summary>
internal static class GradientRules
{
    private static readonly FrozenDictionary<string, GradientRule> Rules = new[]
    {
        ArithmeticGradients.Rules, ActivationGradients.Rules, LinearGradients.Rules, PoolGradients.Rules,
        MovementGradients.Rules, ReductionGradients.Rules, NormalizationGradients.Rules,
    }.SelectMany(t => t).ToFrozenDictionary(StringComparer.Ordinal);

    public static GradientRule? Find(Node node) => node.Domain is "" or "ai.onnx" ? Rules.GetValueOrDefault(node.Operator) : null;
}
