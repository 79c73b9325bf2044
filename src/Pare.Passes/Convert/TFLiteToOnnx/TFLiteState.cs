namespace Pare.Passes.Conversion;

/// <summary>A tensor that lasts from run to run: an input of the ONNX model before, an output after.</summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Output">Name of the output.</param>
/// <param name="Initial">Content before the first run.</param>
public sealed record TFLiteState(string Input, string Output, TensorData Initial);
