namespace Pare.Passes.Conversion;

/// <summary>Who carries TensorFlow nodes over: gives the ONNX values of their inputs and takes those of their outputs. Conversions from other vocabularies lower TensorFlow nodes in passing.</summary>
internal interface ILoweringHost
{
    /// <summary>Emits ONNX nodes and constants.</summary>
    OnnxBuilder Builder { get; }

    /// <summary>The ONNX value of a value, or null while it has none.</summary>
    Value? Find(Value value);

    /// <summary>Makes an ONNX value stand for a value.</summary>
    void Bind(Value value, Value lowered);

    /// <summary>Whether a value is among the outputs asked for.</summary>
    bool IsOutput(Value value);
}
