namespace Pare.Codecs;

/// <summary>What the model does with each binary decision: encode it, decode it, or only add up what it costs.</summary>
internal interface IBinaryCoder
{
    /// <summary>Codes a decision.</summary>
    /// <param name="bit">0 or 1; ignored when decoding.</param>
    /// <param name="one">Probability of 1 in 65,536ths, 1 to 65,535.</param>
    /// <returns>The decision.</returns>
    int Code(int bit, int one);
}
