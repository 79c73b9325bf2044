namespace Pare.Passes.Conversion;

/// <summary>A TFLite model carried over into ONNX.</summary>
/// <param name="Model">The ONNX model. States stand behind its own inputs and outputs, in the order of <paramref name="States"/>.</param>
/// <param name="States">What lasts from run to run; empty for most models.</param>
public sealed record TFLiteConversion(Model Model, IReadOnlyList<TFLiteState> States);
