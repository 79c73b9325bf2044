using System.Diagnostics;
using System.Security.Cryptography;
using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.Packed;

public class GoldenTests
{
    public static TheoryData<string, string> Files()
    {
        // To add files of a new version: set PARE_WRITE_GOLDEN.
        if (Environment.GetEnvironmentVariable("PARE_WRITE_GOLDEN") is not null)
        {
            GoldenFiles.Write();
        }

        TheoryData<string, string> data = [];
        foreach ((string name, string sha256) in GoldenFiles.All)
        {
            data.Add(name, sha256);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Unpack_GoldenFile_SameBytesAsEver(string name, string sha256)
    {
        byte[] unpacked = PackedFiles.Unpack(File.ReadAllBytes(Path.Combine(GoldenFiles.Folder, name)));
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(unpacked)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Unpack_GoldenFileByTheDecoderAlone_SameBytesAsEver(string name, string sha256)
    {
        using MemoryStream output = new();
        ModelUnpacker.Unpack(ByteSource.FromFile(Path.Combine(GoldenFiles.Folder, name)), output);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(output.ToArray())));
    }

    [Fact]
    public void JavaScriptDecoder_GoldenFiles_SameBytes()
    {
        string web = Path.Combine(SharedFiles.Repository, "web");
        using Process? node = Start("node", ["--test", Path.Combine(web, "pare.test.mjs")]);
        Assert.SkipWhen(node is null, "needs Node 20 to run the decoder in JavaScript");
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, output);
    }

    [Fact]
    public void JavaScriptDecoder_Module_IsSmall() => Assert.InRange(new FileInfo(Path.Combine(SharedFiles.Repository, "web", "pare.mjs")).Length, 1, 25_000);

    private static Process? Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
