namespace Pare.Passes.Round;

/// <summary>How <see cref="RoundPass"/> picks the values that constants snap to.</summary>
public enum RoundRule
{
    /// <summary>
    /// A uniform grid that holds zero exactly, its step and clipping chosen by the error it makes. Vectors (biases, batch normalization) and small
    /// tensors stay as they are.
    /// </summary>
    ZeroPreserving,

    /// <summary>What TensorFlow's <c>quantize_graph --mode=weights_rounded</c> did, bit for bit: every binary32 constant, bucket centres, zero not kept.</summary>
    WeightsRounded,
}
