using System.ComponentModel;
using System.Diagnostics;
using Pare.Testing;
using Xunit;

namespace Pare.Cli.Tests.Shell;

/// <summary>What happens when the machine refuses to store a result.</summary>
public sealed class DiskTests
{
    [Fact]
    public void Round_NoSpaceLeft_Exits5AndKeepsTheOldFile()
    {
        using TemporaryFolder folder = new();
        string small = folder["small"];
        Directory.CreateDirectory(small);
        if (!OperatingSystem.IsLinux() || Call("mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", small) != 0)
        {
            Assert.Skip("needs the right to mount a small file system");
        }

        try
        {
            string target = Path.Combine(small, "out.pb");
            File.WriteAllText(target, "the old file");
            CommandRun run = CommandRun.Of("round", SharedFiles.Sample("petals", "petals.pb"), "-o", target, "--force", "--check", "none");
            Assert.True(run.Code == 5, run.Error);
            Assert.Equal("the old file", File.ReadAllText(target));
            Assert.Single(Directory.GetFileSystemEntries(small));
        }
        finally
        {
            Call("umount", small);
        }
    }

    [Fact]
    public void Round_UnwritableFolder_Exits5()
    {
        using TemporaryFolder folder = new();
        string locked = folder["locked"];
        Directory.CreateDirectory(locked);
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs permissions of a Unix file system");
            return;
        }

        File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        if (Environment.IsPrivilegedProcess)
        {
            // Nothing is locked for root but what the kernel itself keeps.
            locked = "/sys/kernel";
            if (!Directory.Exists(locked))
            {
                Assert.Skip("runs as root, and there is no folder that root may not write");
            }
        }

        string target = Path.Combine(locked, "out.pb");
        CommandRun run = CommandRun.Of("round", SharedFiles.Sample("petals", "petals.pb"), "-o", target, "--check", "none");
        Assert.True(run.Code == 5, run.Error);
        Assert.False(File.Exists(target));
    }

    private static int Call(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            return -1;
        }
    }
}
