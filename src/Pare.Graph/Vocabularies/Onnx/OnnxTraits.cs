namespace Pare;

/// <summary>How the families of ONNX operators are written down.</summary>
internal static class OnnxTraits
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

    /// <summary>Channels stand second in ONNX.</summary>
    public static int? Second(Node node) => 1;

    /// <summary>Features of a matrix product stand last.</summary>
    public static int? Last(Node node) => -1;

    /// <summary>The <c>axis</c> attribute.</summary>
    public static int? AxisAttribute(Node node, int defaultAxis) => (int)node.Attributes.GetInteger("axis", defaultAxis);
}
