namespace Pare.Passes.Quantize.TFLite;

/// <summary>Element type of the inputs and outputs of a model whose inside is integers.</summary>
public enum IntegerInterface
{
    /// <summary>Real numbers, quantized first and dequantized last.</summary>
    Float,

    /// <summary>The activations' own signed integers.</summary>
    Int8,

    /// <summary>Unsigned 8-bit integers: the signed ones and 128.</summary>
    UInt8,

    /// <summary>The activations' own 16-bit integers.</summary>
    Int16,
}
