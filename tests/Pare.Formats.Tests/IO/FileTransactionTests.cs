using Pare.Testing;
using Xunit;

namespace Pare.Formats.Tests.IO;

/// <summary>Files that appear together or not at all.</summary>
public sealed class FileTransactionTests
{
    [Fact]
    public void Commit_LastRenameFails_EarlierOnesAreTakenBack()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["recipe.json"], "old recipe");
        using (FileTransaction files = new(overwrite: true))
        {
            Write(files, folder["model.pb"], "new model");
            Write(files, folder["recipe.json"], "new recipe");
            Write(files, folder["report.md"], "new report");

            // A folder has come into being where the model should go; the model is renamed last.
            Directory.CreateDirectory(folder["model.pb"]);
            Assert.Throws<UsageException>(files.Commit);
        }

        Assert.Equal("old recipe", File.ReadAllText(folder["recipe.json"]));
        Assert.Equal(["model.pb", "recipe.json"], Directory.GetFileSystemEntries(Path.GetDirectoryName(folder["x"])!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Commit_OverExistingFiles_ReplacesAllAndLeavesNothingElse()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "a", "b" })
        {
            File.WriteAllText(folder[name], "old");
        }

        using (FileTransaction files = new(overwrite: true))
        {
            Write(files, folder["a"], "new a");
            Write(files, folder["b"], "new b");
            files.BeginFlush(folder["a"]);
            files.Commit();
        }

        Assert.Equal(("new a", "new b"), (File.ReadAllText(folder["a"]), File.ReadAllText(folder["b"])));
        Assert.Equal(2, Directory.GetFileSystemEntries(Path.GetDirectoryName(folder["x"])!).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HashOf_WrittenOnOrBack_IsThatOfTheContent(bool goesBack)
    {
        using TemporaryFolder folder = new();
        using FileTransaction files = new();
        Write(files, folder["a"], "abcdef");
        Stream stream = files.StreamOf(folder["a"]);
        byte[] content = [.. "abcdef"u8];
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(content), files.HashOf(folder["a"]));
        if (goesBack)
        {
            stream.Position = 2;
            stream.WriteByte((byte)'X');
            stream.Seek(0, SeekOrigin.End);
            content[2] = (byte)'X';
        }

        stream.Write("gh"u8);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData([.. content, .. "gh"u8]), files.HashOf(folder["a"]));
        files.Commit();
        Assert.Equal([.. content, .. "gh"u8], File.ReadAllBytes(folder["a"]));
    }

    private static void Write(FileTransaction files, string path, string text)
    {
        Stream stream = files.Create(path);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
