using static Pare.Passes.Optimize.TFLite.TFLiteRewriter;

namespace Pare.Passes.Optimize.TFLite;

/// <summary>Activations fused into the operator before them. The kernels know RELU, RELU6 and RELU_N1_TO_1.</summary>
internal static class TFLiteActivationRules
{
    private static readonly string[] s_takers =
        ["CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "CONV_3D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "MAX_POOL_2D", "ADD", "SUB", "MUL", "DIV"];

    public static void Apply(TFLiteRewriter r)
    {
        foreach (Node n in r.Nodes("RELU", "RELU6", "RELU_N1_TO_1"))
        {
            if (n.Inputs[0] is { Producer: { } before } x && s_takers.Contains(before.Operator) && IsFloat(x) && IsFloat(n.Output) && IsPlain(before) && r.IsPrivate(x) && r.Replace(n, x))
            {
                before.Attributes["fused_activation_function"] = AttributeValue.Of(n.Operator);
                r.Changed($"{n.Operator} fused into {before.Operator}");
            }
        }
    }
}
