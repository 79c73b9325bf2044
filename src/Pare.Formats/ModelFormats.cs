namespace Pare.Formats;

/// <summary>The formats that Pare knows. A new format is a folder of its own and a line here.</summary>
public static class ModelFormats
{
    /// <summary>All formats.</summary>
    public static IReadOnlyList<IModelFormat> All { get; } =
    [
        new Onnx.OnnxFormat(),
        new TFLite.TFLiteFormat(),
        new TFLite.CArrayFormat(),
        new TensorFlow.GraphDefFormat(),
        new TensorFlow.SavedModel.SavedModelFormat(),
        new Keras.KerasHdf5Format(),
        new Keras.KerasArchiveFormat(),
    ];
}
