using Pare.Testing;
using Xunit;

namespace Pare.Formats.TFLite.Tests;

public sealed class TFLiteFuzzTests
{
    // One of every structure: plain, quantized, in blocks, sparse, with a state and inner tensors, with several subgraphs and variables, with a custom operator and metadata.
    private static readonly string[] s_samples =
    [
        "golden/tflite-ops/pattern_mini_resnet_i8.tflite", "golden/tflite-ops/fc_64x32_dyn4b32.tflite", "golden/tflite-ops/fc_sparse90_sp.tflite", "golden/tflite-ops/lstm_f32.tflite",
        "golden/tflite-ops/conv2d_large_f16.tflite", "golden/tflite-ops/strided_slice_f32.tflite", "golden/tflite-ops/reshape_dynbatch_f32.tflite", "models/wild/hey_jarvis.tflite",
    ];

    public static TheoryData<string> Files()
    {
        TheoryData<string> data = [SharedFiles.Sample("petals", "petals.tflite")];
        foreach (string file in s_samples.SelectMany(s => SharedFiles.Find(Path.GetDirectoryName(s)!, Path.GetFileName(s))))
        {
            data.Add(file);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_Damaged_ResultOrTypedError(string file)
    {
        ReaderFuzzer fuzzer = new(ReadTouchWrite);
        fuzzer.Run(Path.GetFileName(file), File.ReadAllBytes(file), ReaderFuzzer.Mutants(150));
        Report(fuzzer);
    }

    [Fact]
    public void Read_DamagedEveryStructure_ResultOrTypedError()
    {
        ReaderFuzzer fuzzer = new(ReadTouchWrite);
        foreach ((string name, byte[] bytes) in TFLiteSamples.All())
        {
            fuzzer.Run(name, bytes, ReaderFuzzer.Mutants() * 4);
        }

        Report(fuzzer);
    }

    // Whatever is read can be written, unless it holds what this version does not know, and what is written can be read.
    private static void ReadTouchWrite(byte[] bytes)
    {
        Model model = TFLiteRoundTripTests.Read(bytes);
        ModelToucher.Touch(model);
        byte[] written;
        try
        {
            written = TFLiteRoundTripTests.Written(model);
        }
        catch (GraphException e) when (e.Message.Contains("this version does not know", StringComparison.Ordinal) || e.Message.Contains("which TFLite does not have", StringComparison.Ordinal))
        {
            return;
        }
        catch (PareException e)
        {
            throw new InvalidOperationException("what was read is not written", e);
        }

        try
        {
            TFLiteRoundTripTests.Read(written);
        }
        catch (PareException e)
        {
            throw new InvalidOperationException("what was written is not read", e);
        }
    }

    private static void Report(ReaderFuzzer fuzzer) => TestContext.Current.TestOutputHelper?.WriteLine($"{fuzzer.Count} damaged files, {fuzzer.Refused} refused by a typed error, the others read");
}
