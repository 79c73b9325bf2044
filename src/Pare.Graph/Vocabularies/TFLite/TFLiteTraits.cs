namespace Pare;

/// <summary>How the families of TFLite operators are written down.</summary>
internal static class TFLiteTraits
{
    /// <summary>Operators of one kind, further traits set by <paramref name="refine"/>.</summary>
    public static IEnumerable<OperatorTraits> Of(OperatorKind kind, IEnumerable<string> operators, Func<OperatorTraits, OperatorTraits>? refine = null)
    {
        foreach (string name in operators)
        {
            OperatorTraits traits = new() { Operator = name, Kind = kind };
            yield return refine is null ? traits : refine(traits);
        }
    }

    /// <summary>Channels stand last in TFLite.</summary>
    public static int? Last(Node node) => -1;
}
