namespace Pare.Passes.Quantize;

/// <summary>How a weight is stored.</summary>
public enum WeightEncoding
{
    /// <summary>As it was.</summary>
    Unchanged,

    /// <summary>As floats of few distinct values, in place.</summary>
    InPlace,

    /// <summary>As 8-bit codes with a scale for each output channel.</summary>
    Codes,

    /// <summary>As 8-bit codes with a scale for each output and each input channel.</summary>
    CodesWithInputScales,
}
