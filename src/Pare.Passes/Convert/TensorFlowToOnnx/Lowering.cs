namespace Pare.Passes.Conversion;

/// <summary>Carries one TensorFlow node over into ONNX nodes: reads its inputs from the context, emits, and sets its outputs.</summary>
/// <exception cref="LoweringException">The node, as it stands, cannot be carried over.</exception>
internal delegate void Lowering(LoweringContext context);
