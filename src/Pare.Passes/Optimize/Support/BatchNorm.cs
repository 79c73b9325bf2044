namespace Pare.Passes.Optimize;

/// <summary>A batch norm at inference as <c>scale·x + offset</c>: <c>scale = gamma / sqrt(variance + epsilon)</c>, <c>offset = beta - mean·scale</c>, in binary64.</summary>
/// <param name="Scale">Factor of each channel.</param>
/// <param name="Offset">Summand of each channel.</param>
/// <param name="ChannelAxis">Axis that runs over channels, -1 for the last.</param>
internal sealed record BatchNorm(double[] Scale, double[] Offset, int ChannelAxis)
{
    /// <summary>Reads a fused batch norm whose parameters are constant; null for any other node, and for one that normalizes by the batch.</summary>
    public static BatchNorm? Read(Vocabulary vocabulary, ConstantMath math, Node n)
    {
        OperatorTraits traits = vocabulary.TraitsOf(n);
        if (traits.Kind != OperatorKind.BatchNormalization || n.Inputs.Count < 5)
        {
            return null;
        }

        // FusedBatchNorm: x, scale, offset, mean, variance. BatchNormWithGlobalNormalization: t, m, v, beta, gamma.
        bool isOld = n.Operator == "BatchNormWithGlobalNormalization";
        if (!isOld && n.Attributes.GetBoolean("is_training", true))
        {
            return null;
        }

        double epsilon = isOld ? n.Attributes.GetFloat("variance_epsilon", 0.001f) : n.Attributes.GetFloat("epsilon", 1e-4f);
        double[]? gamma = Vector(isOld ? 4 : 1);
        double[]? beta = Vector(isOld ? 3 : 2);
        double[]? mean = Vector(isOld ? 1 : 3);
        double[]? variance = Vector(isOld ? 2 : 4);
        if (isOld && !n.Attributes.GetBoolean("scale_after_normalization"))
        {
            gamma = variance is null ? null : [.. variance.Select(_ => 1.0)];
        }

        if (gamma is null || beta is null || mean is null || variance is null || beta.Length != gamma.Length || mean.Length != gamma.Length || variance.Length != gamma.Length)
        {
            return null;
        }

        double[] scale = new double[gamma.Length];
        double[] offset = new double[gamma.Length];
        for (int i = 0; i < scale.Length; i++)
        {
            scale[i] = gamma[i] / Math.Sqrt(variance[i] + epsilon);
            offset[i] = beta[i] - (mean[i] * scale[i]);
        }

        return new BatchNorm(scale, offset, traits.ChannelAxis?.Invoke(n) ?? -1);

        double[]? Vector(int input) => math.Evaluate(n.Inputs[input]) is { Shape.Length: 1 } v ? v.Values : null;
    }
}
