namespace Pare.Passes.Quantize.TFLite;

/// <summary>How a TFLite model is stored and computed in fewer bits.</summary>
public enum TFLiteScheme
{
    /// <summary>Every binary32 constant as binary16, with a DEQUANTIZE before its first use: half the size, answers almost the same.</summary>
    Float16,

    /// <summary>Dynamic range: int8 weights a channel in operators whose kernels take them beside float activations, which they quantize at run time.</summary>
    Dynamic,

    /// <summary>int8 weights a channel with a DEQUANTIZE before their first use: as small as dynamic range, computed in binary32.</summary>
    WeightsInt8,

    /// <summary>4-bit weights a channel or in groups, in kernels that take them beside float activations where there are such, else with a DEQUANTIZE.</summary>
    WeightsInt4,

    /// <summary>int8 weights and activations throughout; needs ranges of the activations.</summary>
    Int8,

    /// <summary>int8 weights, 16-bit activations; needs ranges of the activations.</summary>
    Int16x8,
}
