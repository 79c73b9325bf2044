namespace Pare.Passes.Conversion;

/// <summary>Carries one ONNX node over into TFLite nodes: reads its inputs from the context, emits, and sets its outputs.</summary>
/// <exception cref="LoweringException">The node, as it stands, cannot be carried over.</exception>
internal delegate void ToTFLiteLowering(ToTFLiteContext context);
