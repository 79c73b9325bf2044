using Pare.Formats;
using Pare.Formats.TFLite;
using Pare.Passes.Conversion;
using Pare.Testing;
using Xunit;

namespace Pare.Runtime.Tests.TFLite;

/// <summary>Damaged models that can still be read are carried over or refused by a typed error.</summary>
public class TFLiteConversionFuzzTests
{
    private static readonly string[] s_samples = ["lstm_f32", "pattern_mini_resnet_i8", "pattern_attention_i8", "strided_slice_f32", "fc_large_dyn", "split_v_f32", "resize_bilinear_half_i8", "tconv_same_s2_bias_wo8"];

    [Fact]
    public void Convert_Damaged_ResultOrTypedError()
    {
        ReaderFuzzer fuzzer = new(bytes => TFLiteToOnnx.Convert(new TFLiteFormat().Read(new ModelSource { Bytes = ByteSource.FromMemory(bytes) })));
        foreach (string name in s_samples)
        {
            fuzzer.Run(name, File.ReadAllBytes(SharedFiles.InShared("golden", "tflite-ops", name + ".tflite")), ReaderFuzzer.Mutants(40));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{fuzzer.Count} damaged files, {fuzzer.Refused} refused by a typed error, the others carried over");
    }
}
