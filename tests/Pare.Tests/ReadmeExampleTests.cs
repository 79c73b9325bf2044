using Pare.Formats;
using Pare.Runtime;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests;

/// <summary>The README's example compiles, runs and stands there as it stands here.</summary>
public sealed class ReadmeExampleTests
{
    private readonly List<string> _printed = [];

    [Fact]
    public void Example_OfTheReadme_Runs()
    {
        using TemporaryDirectory folder = new();
        Example(SharedFiles.Sample("petals", "petals.pb"), Path.Combine(folder.Path, "petals_rounded.pb"));
        Assert.Single(_printed);
        Assert.True(File.Exists(Path.Combine(folder.Path, "petals_rounded.pb")));
    }

    [Fact]
    public void Example_OfTheReadme_IsTheOneThatCompiles()
    {
        string readme = Between(File.ReadAllText(Path.Combine(SharedFiles.Repository, "README.md")), "```csharp\n", "```");
        string here = Between(File.ReadAllText(Path.Combine(SharedFiles.Repository, "tests", "Pare.Tests", "ReadmeExampleTests.cs")), "// begin\n", "        // end");
        string expected = here
            .Replace("        _printed.Add(", "        Console.WriteLine(", StringComparison.Ordinal)
            .Replace("Input = input", "Input = \"samples/petals/petals.pb\"", StringComparison.Ordinal)
            .Replace("Output = output", "Output = \"petals_rounded.pb\"", StringComparison.Ordinal);
        Assert.Equal(Lines(expected), Lines(readme));
    }

    private void Example(string input, string output)
    {
        // begin
        FileTransaction outputs = new();
        RewriteReport report = new ModelRewriter(new OnnxRuntimeRunner()).Run(
            new RewriteRequest
            {
                Input = input,
                Output = output,
                Steps = [new OptimizeStep(), new RoundStep { Levels = 64 }],
            },
            outputs);
        outputs.Commit();
        _printed.Add($"{report.Input.Bytes} bytes became {report.Output!.Bytes}; outputs moved by {report.Check.MaxRelative:P1}");
        // end
        outputs.Dispose();
    }

    private static string Between(string text, string start, string end)
    {
        text = text.ReplaceLineEndings("\n");
        int from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pare-readme-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
