using System.Text;
using Pare.Formats.FlatBuffers;

namespace Pare.Formats.TFLite.Tests;

/// <summary>Small files made here, with what real ones at hand do not have.</summary>
internal static class TFLiteSamples
{
    public static IEnumerable<(string Name, byte[] Bytes)> All()
    {
        yield return ("every-operator", EveryOperator());
        yield return ("structures", Structures(appended: false));
        yield return ("appended", Structures(appended: true));
    }

    /// <summary>A model with each builtin operator once, every option set to something other than its default.</summary>
    public static byte[] EveryOperator()
    {
        List<FlatObject> codes = [];
        List<FlatObject> operators = [];
        List<FlatObject> tensors = [Tensor("x", [1, 4], 0)];
        foreach ((string name, string? options) in TFLiteBuiltins.All)
        {
            int code = codes.Count;
            codes.Add(TFLiteSchema.New("OperatorCode").With("builtin_code", (long)code).With("deprecated_builtin_code", (long)Math.Min(code, 127)).With("version", (long)(code % 3) + 1));
            FlatObject o = TFLiteSchema.New("Operator").With("opcode_index", (long)code).With("inputs", FlatVector.Of(0)).With("outputs", FlatVector.Of(tensors.Count));
            tensors.Add(Tensor(name, [1, 4], 0));
            if (options is not null)
            {
                FlatTable type = TFLiteSchema.Table(options);
                o[TFLiteSchema.Instance.NumberOf("BuiltinOptions", type) > 0 ? "builtin_options" : "builtin_options_2"] = Filled(type);
            }

            operators.Add(o);
        }

        FlatObject graph = TFLiteSchema.New("SubGraph").With("tensors", tensors).With("operators", operators).With("inputs", FlatVector.Of(0)).With("outputs", FlatVector.Of(tensors.Count - 1));
        FlatObject model = TFLiteSchema.New("Model").With("version", 3L).With("operator_codes", codes).With("subgraphs", new List<FlatObject> { graph }).With("buffers", new List<FlatObject> { TFLiteSchema.New("Buffer") });
        return Write(model);
    }

    /// <summary>A model with every kind of tensor, several subgraphs, a custom operator, signatures, metadata.</summary>
    /// <param name="appended">Whether contents lie behind the tables.</param>
    public static byte[] Structures(bool appended)
    {
        List<FlatObject> buffers = [TFLiteSchema.New("Buffer")];
        long Buffer(byte[] content)
        {
            FlatBlob blob = new(content.Length, s => s.Write(content));
            buffers.Add(appended ? TFLiteSchema.New("Buffer").With("offset", blob).With("size", (long)content.Length) : TFLiteSchema.New("Buffer").With("data", blob));
            return buffers.Count - 1;
        }

        FlatObject quantization = TFLiteSchema.New("QuantizationParameters").With("scale", FlatVector.Of(0.5f, 0.25f)).With("zero_point", FlatVector.Of(0L, 0L)).With("min", FlatVector.Of(-1f))
            .With("max", FlatVector.Of(1f)).With("quantized_dimension", 1L);
        FlatObject blockwise = TFLiteSchema.New("QuantizationParameters").With("details", TFLiteSchema.New("BlockwiseQuantization").With("scales", 5L).With("zero_points", -1L).With("block_size", 2L));
        FlatObject custom = TFLiteSchema.New("QuantizationParameters").With("details", TFLiteSchema.New("CustomQuantization").With("custom", new FlatVector(FlatKind.UInt8, new byte[] { 1, 2, 3 })));
        FlatObject csr = TFLiteSchema.New("DimensionMetadata").With("format", 1L).With("array_segments", TFLiteSchema.New("Uint8Vector").With("values", FlatVector.Of(FlatKind.UInt8, 0, 1, 2)))
            .With("array_indices", TFLiteSchema.New("Uint16Vector").With("values", FlatVector.Of(FlatKind.UInt16, 1, 0)));
        FlatObject blocks = TFLiteSchema.New("SparsityParameters").With("traversal_order", FlatVector.Of(0, 1, 2, 3)).With("block_map", FlatVector.Of(0, 1))
            .With("dim_metadata", new List<FlatObject> { Dense(2), csr, Dense(2), Dense(1) });
        List<FlatObject> tensors =
        [
            Tensor("x", [1, 4], 0).With("shape_signature", FlatVector.Of(-1, 4)),
            Tensor("int4", [1, 4], 17).With("buffer", Buffer([0x21, 0x43])).With("quantization", blockwise),
            Tensor("int2", [5], 19).With("buffer", Buffer([1, 2])).With("quantization", custom),
            Tensor("text", [2], 5).With("buffer", Buffer(TFLiteStrings.Encode(["a"u8.ToArray(), "bc"u8.ToArray()]))),
            Tensor("sparse", [4, 2], 0).With("buffer", Buffer([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0])).With("sparsity", blocks),
            Tensor("int4_scales", [1, 2], 1).With("buffer", Buffer([0, 60, 0, 64])),
            Tensor("state", [3], 0).With("is_variable", true),
            Tensor("int8", [1, 2], 9).With("buffer", Buffer([5, 250])).With("quantization", quantization),
            Tensor("", [], 2).With("buffer", Buffer([7, 0, 0, 0])),
            Tensor("y", [1, 4], 0),
            Tensor("z", [1, 4], 0).With("variant_tensors", new List<FlatObject> { TFLiteSchema.New("VariantSubType").With("shape", FlatVector.Of(3)).With("has_rank", true) }),
            Tensor("inner", [1], 9).With("quantization", TFLiteSchema.New("QuantizationParameters").With("scale", FlatVector.Of(0.125f)).With("zero_point", FlatVector.Of(3L))),
        ];
        FlatObject first = TFLiteSchema.New("Operator").With("inputs", FlatVector.Of(0, 1, 2, 3, 4, -1, 6, 7, 8)).With("outputs", FlatVector.Of(9)).With("custom_options", new FlatVector(FlatKind.UInt8, new byte[] { 9, 8 }))
            .With("mutating_variable_inputs", FlatVector.Of(FlatKind.Bool, 0, 0, 0, 0, 0, 0, 1, 0, 0)).With("intermediates", FlatVector.Of(11)).With("debug_metadata_index", 4L);
        FlatObject second = TFLiteSchema.New("Operator").With("opcode_index", 1L).With("inputs", FlatVector.Of(9)).With("outputs", FlatVector.Of(10))
            .With("builtin_options", TFLiteSchema.New("WhileOptions").With("cond_subgraph_index", 1L).With("body_subgraph_index", 1L));
        FlatObject main = TFLiteSchema.New("SubGraph").With("name", FlatObject.FromText("main")).With("tensors", tensors).With("operators", new List<FlatObject> { first, second })
            .With("inputs", FlatVector.Of(0)).With("outputs", FlatVector.Of(10, 9));
        FlatObject inner = TFLiteSchema.New("SubGraph").With("name", FlatObject.FromText("body")).With("tensors", new List<FlatObject> { Tensor("a", [1, 4], 0), Tensor("b", [1, 4], 0) })
            .With("operators", new List<FlatObject> { TFLiteSchema.New("Operator").With("opcode_index", 2L).With("inputs", FlatVector.Of(0)).With("outputs", FlatVector.Of(1)) })
            .With("inputs", FlatVector.Of(0)).With("outputs", FlatVector.Of(1));
        FlatObject signature = TFLiteSchema.New("SignatureDef").With("signature_key", FlatObject.FromText("serving_default"))
            .With("inputs", new List<FlatObject> { Map("in", 0) }).With("outputs", new List<FlatObject> { Map("out", 10), Map("state", 6) });
        FlatObject model = TFLiteSchema.New("Model").With("version", 3L).With("description", FlatObject.FromText("sample"))
            .With("operator_codes", new List<FlatObject> { Code(32).With("custom_code", FlatObject.FromText("Mine")).With("version", 2L), Code(119), Code(19) })
            .With("subgraphs", new List<FlatObject> { main, inner }).With("signature_defs", new List<FlatObject> { signature })
            .With("metadata", new List<FlatObject> { TFLiteSchema.New("Metadata").With("name", FlatObject.FromText("note")).With("buffer", Buffer("hello"u8.ToArray())) })
            .With("metadata_buffer", FlatVector.Of((int)Buffer([1])));
        return Write(model.With("buffers", buffers));
    }

    private static FlatObject Code(int code) => TFLiteSchema.New("OperatorCode").With("builtin_code", (long)code).With("deprecated_builtin_code", (long)code);

    private static FlatObject Map(string name, int tensor) => TFLiteSchema.New("TensorMap").With("name", FlatObject.FromText(name)).With("tensor_index", (long)tensor);

    private static FlatObject Dense(int size) => TFLiteSchema.New("DimensionMetadata").With("dense_size", (long)size);

    private static FlatObject Tensor(string name, int[] shape, int type) =>
        TFLiteSchema.New("Tensor").With("name", FlatObject.FromText(name)).With("shape", FlatVector.Of(shape)).With("type", (long)type).With("has_rank", true);

    // Each field to a value of its own, other than the default.
    private static FlatObject Filled(FlatTable type)
    {
        FlatObject options = new(type);
        for (int i = 0; i < type.Fields.Count; i++)
        {
            FlatField field = type.Fields[i];
            if (!field.IsDeprecated)
            {
                long number = field.Enumeration is { } names ? names.Names.Count - 1 : i + 3;
                options[i] = field.IsVector ? (field.Kind == FlatKind.Float32 ? FlatVector.Of(i + 0.5f, -1f) : FlatVector.Of(field.Kind, field.Kind == FlatKind.Bool ? 1 : number, 0))
                    : field.Kind switch
                    {
                        FlatKind.Bool => field.Default == 0,
                        FlatKind.Float32 => i + 0.5f,
                        FlatKind.String => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"text {i}"),
                        _ => number,
                    };
            }
        }

        return options;
    }

    private static byte[] Write(FlatObject model)
    {
        using MemoryStream stream = new();
        new FlatWriter(TFLiteSchema.Instance).Write(model, TFLiteSchema.Identifier, stream);
        return stream.ToArray();
    }
}
