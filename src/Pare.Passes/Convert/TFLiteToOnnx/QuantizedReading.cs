namespace Pare.Passes.Conversion;

/// <summary>What a lowering sees of a quantized value.</summary>
internal enum QuantizedReading
{
    /// <summary>The real numbers that the integers stand for: the operator computes in binary32, its result is rounded to the output's scale.</summary>
    Real,

    /// <summary>The integers without their zero point: the operator moves or compares elements, and 0 stands for 0.</summary>
    Codes,
}
