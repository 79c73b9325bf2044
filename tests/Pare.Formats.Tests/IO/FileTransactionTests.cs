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

    private static void Write(FileTransaction files, string path, string text)
    {
        Stream stream = files.Create(path);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
