namespace Pare;

/// <summary>What an <see cref="AttributeValue"/> holds.</summary>
public enum AttributeKind
{
    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A binary32.</summary>
    Float,

    /// <summary>A truth value.</summary>
    Boolean,

    /// <summary>A byte string, mostly UTF-8 text.</summary>
    String,

    /// <summary>An element type.</summary>
    Type,

    /// <summary>A shape; null for unknown rank.</summary>
    Shape,

    /// <summary>A tensor.</summary>
    Tensor,

    /// <summary>A graph (ONNX's If, Loop, Scan).</summary>
    Graph,

    /// <summary>A function's name with attributes bound to it (TensorFlow).</summary>
    Function,

    /// <summary>A list of integers.</summary>
    Integers,

    /// <summary>A list of binary32.</summary>
    Floats,

    /// <summary>A list of truth values.</summary>
    Booleans,

    /// <summary>A list of byte strings.</summary>
    Strings,

    /// <summary>A list of element types.</summary>
    Types,

    /// <summary>A list of shapes; null elements are of unknown rank.</summary>
    Shapes,

    /// <summary>A list of tensors.</summary>
    Tensors,

    /// <summary>A list of graphs.</summary>
    Graphs,

    /// <summary>A list of functions.</summary>
    Functions,

    /// <summary>A list with no elements, whose element kind the file does not tell.</summary>
    EmptyList,

    /// <summary>A name to be bound by a function's caller (TensorFlow's placeholder, ONNX's <c>ref_attr_name</c>).</summary>
    Placeholder,

    /// <summary>Something only the format understands, kept as it stood.</summary>
    Raw,
}
