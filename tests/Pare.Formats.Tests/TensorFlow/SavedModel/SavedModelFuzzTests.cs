using Pare.Formats.TensorFlow.SavedModel;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.TensorFlow.SavedModel;

public class SavedModelFuzzTests
{
    [Fact]
    public void Read_DamagedFile_ResultOrTypedError()
    {
        SavedModelBuilder b = SavedModelReaderTests.Functions();
        ReaderFuzzer fuzzer = new(file =>
        {
            _ = SavedModelIdentifier.Identify(ByteSource.FromMemory(file));
            Model model = SavedModelBuilder.Read(file, b.Checkpoint.Index(), b.Checkpoint.Data);
            GraphVerifier.Verify(model);
            ModelToucher.Touch(model);
        });
        fuzzer.Run("functions", b.File(), ReaderFuzzer.Mutants() * 30);
        SavedModelBuilder loop = SavedModelLoopTests.Loop();
        fuzzer.Run("loop", loop.File(), ReaderFuzzer.Mutants() * 30);
        TestContext.Current.TestOutputHelper?.WriteLine($"{fuzzer.Count} damaged files, {fuzzer.Refused} refused by a typed error, the others read");
    }

    [Fact]
    public void Read_DamagedRealFile_ResultOrTypedError()
    {
        string folder = SharedFiles.InShared("models", "wild", "basic_pitch_saved_model");
        byte[] index = File.ReadAllBytes(Path.Combine(folder, "variables", "variables.index"));
        byte[] data = File.ReadAllBytes(Path.Combine(folder, "variables", "variables.data-00000-of-00001"));
        ReaderFuzzer fuzzer = new(file => ModelToucher.Touch(SavedModelBuilder.Read(file, index, data)));
        fuzzer.Run("basic_pitch", File.ReadAllBytes(Path.Combine(folder, "saved_model.pb")), ReaderFuzzer.Mutants(10));
        ReaderFuzzer indices = new(bytes => ModelToucher.Touch(SavedModelBuilder.Read(File.ReadAllBytes(Path.Combine(folder, "saved_model.pb")), bytes, data)));
        indices.Run("basic_pitch index", index, ReaderFuzzer.Mutants(5));
    }
}
