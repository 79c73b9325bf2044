using System.IO.Enumeration;

namespace Pare.Passes.Round;

/// <summary>Finds the constants that lossy rewrites may touch, by what consumes them.</summary>
internal static class WeightConstants
{
    /// <summary>Every constant of the model, subgraphs and functions' bodies in control flow included.</summary>
    public static IEnumerable<Value> All(Model model) => model.Graph.SelfAndSubgraphs().Concat(model.Subgraphs.SelectMany(g => g.SelfAndSubgraphs())).SelectMany(g => g.Constants);

    /// <summary>Binary32 constants of at least <paramref name="minSize"/> values that are no vectors of biases, scales or statistics.</summary>
    public static IEnumerable<Value> Weights(Model model, long minSize, IReadOnlyList<string> include, IReadOnlyList<string> exclude) =>
        All(model).Where(v => v.Constant is { Type: DataType.Float32 } c && c.Count >= minSize && !IsParameterVector(model, v) && IsSelected(v.Name, include, exclude));

    /// <summary>Whether a name matches the patterns (<c>*</c> and <c>?</c>); a derived name matches without its <c>:0</c> too.</summary>
    public static bool IsSelected(string name, IReadOnlyList<string> include, IReadOnlyList<string> exclude) =>
        (include.Count == 0 || Matches(name, include)) && !Matches(name, exclude);

    private static bool Matches(string name, IReadOnlyList<string> patterns) => patterns.Any(p =>
        FileSystemName.MatchesSimpleExpression(p, name, ignoreCase: false)
        || (name.EndsWith(":0", StringComparison.Ordinal) && FileSystemName.MatchesSimpleExpression(p, name.AsSpan(0, name.Length - 2), ignoreCase: false)));

    /// <summary>Whether a constant has one extent above 1, and nobody takes it as the weight of something linear or as a table.</summary>
    public static bool IsParameterVector(Model model, Value value)
    {
        TensorShape shape = value.Constant!.Shape;
        int wide = 0;
        foreach (long d in shape.Dimensions)
        {
            wide += d > 1 ? 1 : 0;
        }

        return wide <= 1 && !FeedsWeight(model, value, 8);
    }

    private static bool FeedsWeight(Model model, Value value, int depth)
    {
        foreach (Use use in value.Uses)
        {
            OperatorTraits traits = model.Vocabulary.TraitsOf(use.Node);
            if ((traits.Kind is OperatorKind.Linear or OperatorKind.Recurrent && traits.WeightInput == use.Index)
                || (traits.Kind is OperatorKind.Identity or OperatorKind.DataMovement && depth > 0 && use.Node.Outputs.Any(o => FeedsWeight(model, o, depth - 1))))
            {
                return true;
            }
        }

        return false;
    }
}
