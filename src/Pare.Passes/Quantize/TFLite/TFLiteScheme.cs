namespace Pare.Passes.Quantize.TFLite;

/// <summary>How the weights of a TFLite model are stored in fewer bits. None of these needs calibration data.</summary>
public enum TFLiteScheme
{
    /// <summary>Every binary32 constant as binary16, with a DEQUANTIZE before its first use: half the size, answers almost the same.</summary>
    Float16,

    /// <summary>Dynamic range: int8 weights a channel in operators whose kernels take them beside float activations, which they quantize at run time.</summary>
    Dynamic,

    /// <summary>int8 weights a channel with a DEQUANTIZE before their first use: as small as dynamic range, computed in binary32.</summary>
    WeightsInt8,
}
