namespace Pare.Passes.Round;

/// <summary>How <see cref="RoundPass"/> picks the values that constants snap to.</summary>
public enum RoundRule
{
    /// <summary>
    /// The optimal values for their number (1-D k-means), zero among them exactly, as few as it takes to make no more error than N equal steps over the
    /// tensor's range. Vectors (biases, batch normalization) and small tensors stay as they are.
    /// </summary>
    ZeroPreserving,

    /// <summary>What TensorFlow's <c>quantize_graph --mode=weights_rounded</c> did, bit for bit: every binary32 constant, bucket centres, zero not kept.</summary>
    WeightsRounded,
}
