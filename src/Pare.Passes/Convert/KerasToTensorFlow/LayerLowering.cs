namespace Pare.Passes.Conversion;

/// <summary>Carries one call of a Keras layer over into TensorFlow operators.</summary>
internal delegate void LayerLowering(LayerContext context);
