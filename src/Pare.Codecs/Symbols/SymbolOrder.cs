namespace Pare.Codecs;

/// <summary>Order of a weight tensor's axes in memory, outermost first.</summary>
public enum SymbolOrder
{
    /// <summary>Outputs, inputs, height, width: PyTorch and ONNX convolutions (OIHW), depthwise too (inputs = 1); TFLite and PyTorch matrices (out, in).</summary>
    OutputsInputs = 0,

    /// <summary>Height, width, inputs, outputs: TensorFlow and Keras convolutions (HWIO) and their depthwise ones (inputs = 1, outputs = channels x multiplier); TFLite depthwise; matrices (in, out).</summary>
    InputsOutputs = 1,

    /// <summary>Outputs, height, width, inputs: TFLite convolutions (OHWI).</summary>
    OutputsHeightWidthInputs = 2,

    /// <summary>Height, width, outputs, inputs: transposed convolutions of TensorFlow and Keras (HWOI).</summary>
    HeightWidthOutputsInputs = 3,

    /// <summary>Inputs, outputs, height, width: transposed convolutions of ONNX and PyTorch (IOHW).</summary>
    InputsOutputsHeightWidth = 4,
}
