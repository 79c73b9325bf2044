using Pare.Formats.Protobuf;
using static Pare.Formats.Protobuf.ProtoKind;

namespace Pare.Formats.TensorFlow;

/// <summary>The messages of a GraphDef as the text form names them (graph.proto, node_def.proto, attr_value.proto, tensor.proto, function.proto, op_def.proto and others).</summary>
internal static class GraphDefSchema
{
    private static readonly ProtoEnumeration s_types = new(TypeNames());

    private static readonly ProtoEnumeration s_fullTypes = new(
        ("TFT_UNSET", 0), ("TFT_VAR", 1), ("TFT_ANY", 2), ("TFT_PRODUCT", 3), ("TFT_NAMED", 4), ("TFT_FOR_EACH", 20), ("TFT_CALLABLE", 100), ("TFT_BOOL", 200),
        ("TFT_UINT8", 201), ("TFT_UINT16", 202), ("TFT_UINT32", 203), ("TFT_UINT64", 204), ("TFT_INT8", 205), ("TFT_INT16", 206), ("TFT_INT32", 207),
        ("TFT_INT64", 208), ("TFT_HALF", 209), ("TFT_FLOAT", 210), ("TFT_DOUBLE", 211), ("TFT_COMPLEX64", 212), ("TFT_COMPLEX128", 213), ("TFT_STRING", 214),
        ("TFT_BFLOAT16", 215), ("TFT_TENSOR", 1000), ("TFT_ARRAY", 1001), ("TFT_OPTIONAL", 1002), ("TFT_LITERAL", 1003), ("TFT_ENCODED", 1004),
        ("TFT_SHAPE_TENSOR", 1005), ("TFT_DATASET", 10102), ("TFT_RAGGED", 10103), ("TFT_ITERATOR", 10104), ("TFT_MUTEX_LOCK", 10202), ("TFT_LEGACY_VARIANT", 10203));

    private static readonly ProtoMessage s_dimension = new("TensorShapeProto.Dim", F(1, "size", Signed), F(2, "name", Bytes));

    private static readonly ProtoMessage s_shape = new("TensorShapeProto", M(2, "dim", () => s_dimension!, true), F(3, "unknown_rank", ProtoKind.Boolean));

    private static readonly ProtoMessage s_typeAndShape = new("ResourceHandleProto.DtypeAndShape", T(1, "dtype"), M(2, "shape", () => s_shape));

    private static readonly ProtoMessage s_handle = new("ResourceHandleProto", F(1, "device", Bytes), F(2, "container", Bytes), F(3, "name", Bytes),
        F(4, "hash_code", Unsigned), F(5, "maybe_type_name", Bytes), M(6, "dtypes_and_shapes", () => s_typeAndShape, true));

    private static readonly ProtoMessage s_variant = new("VariantTensorDataProto", F(1, "type_name", Bytes), F(2, "metadata", Bytes), M(3, "tensors", () => s_tensor!, true));

    private static readonly ProtoMessage s_tensor = new("TensorProto", T(1, "dtype"), M(2, "tensor_shape", () => s_shape), F(3, "version_number", Signed),
        F(4, "tensor_content", Bytes), F(5, "float_val", Float, true), F(6, "double_val", ProtoKind.Double, true), F(7, "int_val", Signed, true),
        F(8, "string_val", Bytes, true), F(9, "scomplex_val", Float, true), F(10, "int64_val", Signed, true), F(11, "bool_val", ProtoKind.Boolean, true),
        F(12, "dcomplex_val", ProtoKind.Double, true), F(13, "half_val", Signed, true), M(14, "resource_handle_val", () => s_handle, true),
        M(15, "variant_val", () => s_variant, true), F(16, "uint32_val", Unsigned, true), F(17, "uint64_val", Unsigned, true), F(18, "float8_val", Bytes));

    private static readonly ProtoMessage s_list = new("AttrValue.ListValue", F(2, "s", Bytes, true), F(3, "i", Signed, true), F(4, "f", Float, true),
        F(5, "b", ProtoKind.Boolean, true), T(6, "type", true), M(7, "shape", () => s_shape, true), M(8, "tensor", () => s_tensor, true), M(9, "func", () => s_function!, true));

    private static readonly ProtoMessage s_attribute = new("AttrValue", One(M(1, "list", () => s_list)), One(F(2, "s", Bytes)), One(F(3, "i", Signed)),
        One(F(4, "f", Float)), One(F(5, "b", ProtoKind.Boolean)), One(T(6, "type")), One(M(7, "shape", () => s_shape)), One(M(8, "tensor", () => s_tensor)),
        One(F(9, "placeholder", Bytes)), One(M(10, "func", () => s_function!)));

    private static readonly ProtoMessage s_function = new("NameAttrList", F(1, "name", Bytes), ProtoMessage.Map(2, "attr", () => s_attribute));

    private static readonly ProtoMessage s_fullType = new("FullTypeDef", new ProtoField(1, "type_id", Enumeration, Names: s_fullTypes), M(2, "args", () => s_fullType!, true),
        F(3, "s", Bytes), F(4, "i", Signed));

    private static readonly ProtoMessage s_debug = new("NodeDef.ExperimentalDebugInfo", F(1, "original_node_names", Bytes, true), F(2, "original_func_names", Bytes, true));

    private static readonly ProtoMessage s_node = new("NodeDef", F(1, "name", Bytes), F(2, "op", Bytes), F(3, "input", Bytes, true), F(4, "device", Bytes),
        ProtoMessage.Map(5, "attr", () => s_attribute), M(6, "experimental_debug_info", () => s_debug), M(7, "experimental_type", () => s_fullType));

    private static readonly ProtoMessage s_argument = new("OpDef.ArgDef", F(1, "name", Bytes), F(2, "description", Bytes), T(3, "type"), F(4, "type_attr", Bytes),
        F(5, "number_attr", Bytes), F(6, "type_list_attr", Bytes), M(7, "handle_data", () => s_typeAndShape, true), F(16, "is_ref", ProtoKind.Boolean),
        M(17, "experimental_full_type", () => s_fullType));

    private static readonly ProtoMessage s_attributeDefinition = new("OpDef.AttrDef", F(1, "name", Bytes), F(2, "type", Bytes), M(3, "default_value", () => s_attribute),
        F(4, "description", Bytes), F(5, "has_minimum", ProtoKind.Boolean), F(6, "minimum", Signed), M(7, "allowed_values", () => s_attribute));

    private static readonly ProtoMessage s_deprecation = new("OpDeprecation", F(1, "version", Signed), F(2, "explanation", Bytes));

    private static readonly ProtoMessage s_operator = new("OpDef", F(1, "name", Bytes), M(2, "input_arg", () => s_argument, true), M(3, "output_arg", () => s_argument, true),
        M(4, "attr", () => s_attributeDefinition, true), F(5, "summary", Bytes), F(6, "description", Bytes), M(8, "deprecation", () => s_deprecation),
        F(16, "is_aggregate", ProtoKind.Boolean), F(17, "is_stateful", ProtoKind.Boolean), F(18, "is_commutative", ProtoKind.Boolean),
        F(19, "allows_uninitialized_input", ProtoKind.Boolean), F(20, "control_output", Bytes, true), F(21, "is_distributed_communication", ProtoKind.Boolean));

    private static readonly ProtoMessage s_argumentAttributes = new("FunctionDef.ArgAttrs", ProtoMessage.Map(1, "attr", () => s_attribute));

    private static readonly ProtoMessage s_argumentEntry = new("arg_attr entry", F(1, "key", Unsigned), M(2, "value", () => s_argumentAttributes));

    private static readonly ProtoMessage s_definition = new("FunctionDef", M(1, "signature", () => s_operator), M(3, "node_def", () => s_node, true),
        ProtoMessage.Map(4, "ret", Bytes, Bytes), ProtoMessage.Map(5, "attr", () => s_attribute), ProtoMessage.Map(6, "control_ret", Bytes, Bytes),
        M(7, "arg_attr", () => s_argumentEntry, true), ProtoMessage.Map(8, "resource_arg_unique_id", Unsigned, Unsigned));

    private static readonly ProtoMessage s_gradient = new("GradientDef", F(1, "function_name", Bytes), F(2, "gradient_func", Bytes));

    private static readonly ProtoMessage s_registeredGradient = new("RegisteredGradient", F(1, "gradient_func", Bytes), F(2, "registered_op_type", Bytes));

    private static readonly ProtoMessage s_library = new("FunctionDefLibrary", M(1, "function", () => s_definition, true), M(2, "gradient", () => s_gradient, true),
        M(3, "registered_gradients", () => s_registeredGradient, true));

    private static readonly ProtoMessage s_versions = new("VersionDef", F(1, "producer", Signed), F(2, "min_consumer", Signed), F(3, "bad_consumers", Signed, true));

    /// <summary>The field that holds a node.</summary>
    public static ProtoField Node { get; } = M(1, "node", () => s_node, true);

    /// <summary>The whole file.</summary>
    public static ProtoMessage GraphDef { get; } = new("GraphDef", Node, M(2, "library", () => s_library), F(3, "version", Signed), M(4, "versions", () => s_versions));

    private static ProtoField F(int number, string name, ProtoKind kind, bool repeated = false) => new(number, name, kind, repeated);

    private static ProtoField M(int number, string name, Func<ProtoMessage> type, bool repeated = false) => new(number, name, Message, repeated, type);

    private static ProtoField T(int number, string name, bool repeated = false) => new(number, name, Enumeration, repeated, Names: s_types);

    private static ProtoField One(ProtoField field) => field with { InOneof = true };

    private static IEnumerable<(string Name, long Number)> TypeNames()
    {
        string[] names =
        [
            "INVALID", "FLOAT", "DOUBLE", "INT32", "UINT8", "INT16", "INT8", "STRING", "COMPLEX64", "INT64", "BOOL", "QINT8", "QUINT8", "QINT32", "BFLOAT16", "QINT16",
            "QUINT16", "UINT16", "COMPLEX128", "HALF", "RESOURCE", "VARIANT", "UINT32", "UINT64", "FLOAT8_E5M2", "FLOAT8_E4M3FN", "FLOAT8_E4M3FNUZ",
            "FLOAT8_E4M3B11FNUZ", "FLOAT8_E5M2FNUZ", "INT4", "UINT4", "INT2", "UINT2",
        ];
        for (int i = 0; i < names.Length; i++)
        {
            yield return ("DT_" + names[i], i);
            if (i > 0)
            {
                yield return ($"DT_{names[i]}_REF", i + 100);
            }
        }
    }
}
