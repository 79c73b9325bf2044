using System.Runtime.InteropServices;
using Xunit;

namespace Pare.Runtime.Tests;

/// <summary>What the runtime might tell others.</summary>
public sealed partial class PrivacyTests
{
    [Fact]
    public async Task PrepareAsync_BeforeAnythingRuns_TurnsTheRuntimesTelemetryOff()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such variable; there the runtime's own switch is used");
        await OnnxRuntimeRunner.PrepareAsync();

        // As native code sees it.
        Assert.NotEqual(0, GetVariable("ORT_DISABLE_TELEMETRY"));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetVariable(string name);
}
