using Pare.Codecs;
using Pare.Formats.Packed;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Packed;

/// <summary>Damage behind the checksums: what a forger could make, who can compute them.</summary>
public class PackedFuzzTests
{
    [Fact]
    public void Directory_Damaged_ReadOrTypedError()
    {
        foreach (string name in (string[])["model-v1.pare", "coded-v1.pare", "planes-v1.pare"])
        {
            ByteSource file = ByteSource.FromMemory(File.ReadAllBytes(Path.Combine(GoldenFiles.Folder, name)));
            PackedHeader header = PackedHeader.Read(file, 1 << 30);
            byte[] head = new byte[header.HeadLength];
            ByteCoder.Decode(file.Slice(header.HeadOffset, header.HeadCoded), head);
            ReaderFuzzer fuzzer = new(b => DirectoryReader.Read(b, header with { HeadLength = b.Length }, file.Length));
            fuzzer.Run(name, head, ReaderFuzzer.Mutants(2000));
            Report(fuzzer, name);
        }
    }

    [Fact]
    public void Streams_Damaged_ReadOrTypedError()
    {
        foreach (string name in (string[])["model-v1.pare", "coded-v1.pare", "planes-v1.pare"])
        {
            PackedFile file = PackedFile.Open(ByteSource.FromMemory(File.ReadAllBytes(Path.Combine(GoldenFiles.Folder, name))), 1 << 30);
            foreach (PackedStream stream in file.Directory.Streams.Skip(1))
            {
                ReaderFuzzer fuzzer = new(b => Decode(b, stream));
                fuzzer.Run(name + stream.Codec, file.Container.Slice(stream.Offset, stream.CodedLength).ToArray(), ReaderFuzzer.Mutants(15));
                Report(fuzzer, $"{name}, {stream.Codec}");
            }
        }
    }

    private static void Decode(byte[] coded, PackedStream stream)
    {
        try
        {
            _ = StreamDecoder.Decode(coded, stream);
        }
        catch (CodecException e)
        {
            throw new ModelFormatException("pare", e.Problem, e.Offset, innerException: e);
        }
    }

    private static void Report(ReaderFuzzer fuzzer, string what) => TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {fuzzer.Count} damaged, {fuzzer.Refused} refused");
}
