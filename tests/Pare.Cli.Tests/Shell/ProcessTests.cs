using System.Diagnostics;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Shell;

/// <summary>The command as a process of its own: what only a process can show.</summary>
public sealed class ProcessTests
{
    [Fact]
    public void Process_MissingFile_ExitsWith5_AndKeepsTheStreamsApart()
    {
        (int code, string @out, string error) = Run(null, "inspect", "no-such-file.pb");
        Assert.Equal(5, code);
        Assert.Empty(@out);
        Assert.StartsWith("pare: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_InAPipe_ShowsNoProgressAndNoColours()
    {
        (int code, string @out, string error) = Run(null, "evaluate", SharedFiles.Sample("petals", "petals.pb"), "--data", SharedFiles.Sample("petals", "calibration"), "-q");
        Assert.Equal(0, code);
        Assert.Empty(error);
        Assert.DoesNotContain("\u001b", @out);
        Assert.DoesNotContain("\r", @out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Process_Terminated_ExitsWith143_AndLeavesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        using TemporaryFolder folder = new();
        (int code, _, _) = Run(
            p =>
            {
                Thread.Sleep(1500);
                using Process kill = Process.Start("kill", ["-TERM", $"{p.Id}"]);
                kill.WaitForExit();
            },
            "benchmark", SharedFiles.Sample("petals", "petals.pb"), "--runs", "100000000");
        Assert.Equal(143, code);
        Assert.Empty(folder.Names);
    }

    // The command's own folder, in the configuration of this test: the test's folder lacks its native libraries.
    private static string Command()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string bin = Path.Combine(SharedFiles.Repository, "apps", "Pare.Cli", "bin", configuration);
        return Directory.EnumerateFiles(bin, "Pare.Cli.dll", SearchOption.AllDirectories).First(p => !p.Contains("publish", StringComparison.Ordinal) && !p.Contains($"{Path.DirectorySeparatorChar}ref", StringComparison.Ordinal));
    }

    private static (int Code, string Out, string Error) Run(Action<Process>? meanwhile, params string[] args)
    {
        string command = Command();
        ProcessStartInfo info = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(command);
        foreach (string a in args)
        {
            info.ArgumentList.Add(a);
        }

        using Process process = Process.Start(info)!;
        Task<string> @out = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        meanwhile?.Invoke(process);
        Assert.True(process.WaitForExit(60_000), "the command did not end");
        return (process.ExitCode, @out.Result, error.Result);
    }
}
