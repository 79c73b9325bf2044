namespace Pare;

/// <summary>How the families of TensorFlow operators are written down.</summary>
internal static class TensorFlowTraits
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

    /// <summary>The channel axis by <c>data_format</c>: the last one unless the format begins with <c>NC</c>.</summary>
    public static int? ChannelAxis(Node node) => node.Attributes.GetString("data_format", "NHWC").StartsWith("NC", StringComparison.Ordinal) ? 1 : -1;

    /// <summary>The last axis.</summary>
    public static int? LastAxis(Node node) => -1;
}
