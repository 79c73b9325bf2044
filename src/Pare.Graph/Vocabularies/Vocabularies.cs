namespace Pare;

/// <summary>The vocabularies that Pare knows.</summary>
public static class Vocabularies
{
    /// <summary>TensorFlow's operators, as in a GraphDef.</summary>
    public static Vocabulary TensorFlow { get; } = new("TensorFlow", true, TensorFlowOperators.Families);

    /// <summary>ONNX's operators.</summary>
    public static Vocabulary Onnx { get; } = new("ONNX", false, OnnxOperators.Families);

    /// <summary>TFLite's operators: builtin ones by their names in schema.fbs, custom ones in the domain <c>custom</c>.</summary>
    public static Vocabulary TFLite { get; } = new("TFLite", false, TFLiteOperators.Families);

    /// <summary>Keras layers: a node is a call of a layer, its attributes the layer's configuration, its weights constants behind the data inputs.</summary>
    public static Vocabulary Keras { get; } = new("Keras", true, KerasOperators.Families);
}
