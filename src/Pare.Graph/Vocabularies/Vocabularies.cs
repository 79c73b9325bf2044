namespace Pare;

/// <summary>The vocabularies that Pare knows.</summary>
public static class Vocabularies
{
    /// <summary>TensorFlow's operators, as in a GraphDef.</summary>
    public static Vocabulary TensorFlow { get; } = new("TensorFlow", true, TensorFlowOperators.Families);

    /// <summary>ONNX's operators.</summary>
    public static Vocabulary Onnx { get; } = new("ONNX", false, OnnxOperators.Families);
}
