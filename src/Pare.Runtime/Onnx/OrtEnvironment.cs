using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Pare.Runtime;

/// <summary>
/// ONNX Runtime's environment, one for a process. What goes wrong comes as an exception; nothing is written to standard error, and nothing is told to anybody: the runtime's telemetry, which keeps files
/// of its own and sends events over the network, is off.
/// </summary>
internal static partial class OrtEnvironment
{
    private const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lock s_gate = new();

    public static void Ensure()
    {
        lock (s_gate)
        {
            if (!OrtEnv.IsCreated)
            {
                if (!OperatingSystem.IsWindows())
                {
                    // Read once, by native code: .NET's own variables do not reach it. What the user says counts.
                    _ = SetVariable(TelemetryVariable, "1", overwrite: 0);
                }

                EnvironmentCreationOptions options = new() { logId = "pare", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                OrtEnv.CreateInstanceWithOptions(ref options).DisableTelemetryEvents();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
