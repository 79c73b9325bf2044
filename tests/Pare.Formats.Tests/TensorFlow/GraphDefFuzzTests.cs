using System.Text;
using Pare.Formats.TensorFlow;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow;

public class GraphDefFuzzTests
{
    // One of every structure: all ways to hold values, all kinds of attributes, control inputs, ports, functions, versions, unknown fields, a loop.
    private const string Everything = """
        node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: -1 } dim { size: 3 name: "c" } } } } }
        node { name: "f" op: "Const" device: "/cpu:0" attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 3 } } tensor_content: "\000\000\200?\000\000\000@\000\000@@" } } } attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "v" op: "Const" attr { key: "value" value { tensor { dtype: DT_DOUBLE tensor_shape { dim { size: 4 } } double_val: [1, 2] } } } }
        node { name: "i" op: "Const" attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { dim { size: 2 } dim { size: 2 } } int_val: [1, -2, 3] } } } }
        node { name: "h" op: "Const" attr { key: "value" value { tensor { dtype: DT_HALF tensor_shape { dim { size: 2 } } half_val: [15360, 16384] } } } }
        node { name: "b" op: "Const" attr { key: "value" value { tensor { dtype: DT_BOOL tensor_shape { dim { size: 2 } } bool_val: true } } } }
        node { name: "c" op: "Const" attr { key: "value" value { tensor { dtype: DT_COMPLEX64 tensor_shape { dim { size: 1 } } scomplex_val: [1, 2] } } } }
        node { name: "l" op: "Const" attr { key: "value" value { tensor { dtype: DT_INT64 int64_val: -5 } } } }
        node { name: "u" op: "Const" attr { key: "value" value { tensor { dtype: DT_UINT64 tensor_shape { dim { size: 2 } } uint64_val: 18446744073709551615 } } } }
        node { name: "q" op: "Const" attr { key: "value" value { tensor { dtype: DT_INT4 tensor_shape { dim { size: 3 } } int_val: [1, -2] } } } }
        node { name: "z" op: "Const" attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 100 } dim { size: 100 } } } } } }
        node { name: "s" op: "Const" attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { dim { size: 3 } } string_val: "a" string_val: "\377" } } } }
        node { name: "t" op: "Const" attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { dim { size: 2 } } tensor_content: "\001\002abb" } } } }
        node { name: "r" op: "Const" attr { key: "value" value { tensor { dtype: DT_RESOURCE resource_handle_val { name: "n" hash_code: 7 } } } } }
        node { name: "p" op: "Split" input: "i:0" input: "x" input: "^f" attr { key: "num_split" value { i: 2 } } attr { key: "T" value { type: DT_FLOAT } } experimental_debug_info { original_node_names: "o" } }
        node { name: "y" op: "AddV2" input: "p" input: "p:1" 900: 1 901: 0x00000001 902: 0x0000000000000001 903: "raw" 904 { 1: 1 905 { 2: "x" } }
          attr { key: "_l" value { list { i: [1, 2] } } } attr { key: "_e" value { list { } } } attr { key: "_n" value { } } attr { key: "_f" value { func { name: "F" attr { key: "T" value { type: DT_INT8 } } } } }
          attr { key: "_t" value { tensor { dtype: DT_UINT8 int_val: 7 } } } attr { key: "_p" value { placeholder: "T" } } attr { key: "_s" value { list { s: "a" s: "b" } } } attr { key: "_h" value { list { shape { unknown_rank: true } shape { dim { size: 2 } } } } }
          attr { key: "_g" value { list { func { name: "G" } } } } attr { key: "_d" value { list { f: [0.5, 1.5] } } } attr { key: "_b" value { list { b: [true, false] } } } attr { key: "_y" value { list { type: [DT_FLOAT, DT_STRING_REF] } } } }
        node { name: "m" op: "Merge" input: "y" input: "w" attr { key: "N" value { i: 2 } } }
        node { name: "w" op: "NextIteration" input: "m" }
        library { function { signature { name: "U" input_arg { name: "a" type: DT_FLOAT } } node_def { name: "n" op: "Relu" input: "a" } ret { key: "b" value: "n:0" } } gradient { function_name: "U" gradient_func: "V" } }
        versions { producer: 27 min_consumer: 12 bad_consumers: [1, 2] }
        800: 5
        """;

    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [];
        data.Add(SharedFiles.Sample("petals", "petals.pb"));
        foreach (string file in SharedFiles.Find("golden/tensorflow-ops", "*.pb"))
        {
            data.Add(file);
        }

        return data;
    }

    [Fact]
    public void Binary_EveryStructure_ResultOrTypedError()
    {
        ReaderFuzzer fuzzer = new(b => ReadTouchWrite(b, ".pb"));
        fuzzer.Run("everything.pb", Convert(Encoding.UTF8.GetBytes(Everything), ".pbtxt", ".pb"), ReaderFuzzer.Mutants() * 30);
        Report(fuzzer);
    }

    [Fact]
    public void Text_EveryStructure_ResultOrTypedError()
    {
        ReaderFuzzer fuzzer = new(b => ReadTouchWrite(b, ".pbtxt"));
        fuzzer.Run("everything.pbtxt", Encoding.UTF8.GetBytes(Everything), ReaderFuzzer.Mutants() * 15);
        fuzzer.Run("printed.pbtxt", Convert(Encoding.UTF8.GetBytes(Everything), ".pbtxt", ".pbtxt"), ReaderFuzzer.Mutants() * 15);
        Report(fuzzer);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Binary_RealFile_ResultOrTypedError(string path)
    {
        ReaderFuzzer fuzzer = new(b => ReadTouchWrite(b, ".pb"));
        fuzzer.Run(Path.GetFileName(path), File.ReadAllBytes(path), ReaderFuzzer.Mutants(20));
        Report(fuzzer);
    }

    private static byte[] Convert(byte[] bytes, string from, string to)
    {
        GraphDefFormat format = new();
        using MemoryStream stream = new();
        format.Write(format.Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes), Suffix = from }), new StreamTarget(stream, to));
        return stream.ToArray();
    }

    // Whatever is read can be written, and what is written can be read.
    private static void ReadTouchWrite(byte[] bytes, string suffix)
    {
        GraphDefFormat format = new();
        _ = format.Identify(new ModelSource { Bytes = ByteSource.FromMemory(bytes), Suffix = suffix });
        Model model = format.Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes), Suffix = suffix });
        ModelToucher.Touch(model);
        using MemoryStream written = new();
        try
        {
            format.Write(model, new StreamTarget(written, ".pb"));
            if (model.Graph.Nodes.Count > 0)
            {
                format.Read(new ModelSource { Bytes = ByteSource.FromMemory(written.ToArray()), Suffix = ".pb" });
            }
        }
        catch (PareException e)
        {
            throw new InvalidOperationException("what was read is not written and read again", e);
        }
    }

    private static void Report(ReaderFuzzer fuzzer) => TestContext.Current.TestOutputHelper?.WriteLine($"{fuzzer.Count} damaged files, {fuzzer.Refused} refused by a typed error, the others read");
}
