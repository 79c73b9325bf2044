using Microsoft.ML.OnnxRuntime;

namespace Pare.Runtime;

/// <summary>ONNX Runtime's environment, one for a process. What goes wrong comes as an exception; nothing is written to standard error.</summary>
internal static class OrtEnvironment
{
    private static readonly Lock s_gate = new();

    public static void Ensure()
    {
        lock (s_gate)
        {
            if (!OrtEnv.IsCreated)
            {
                EnvironmentCreationOptions options = new() { logId = "pare", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                _ = OrtEnv.CreateInstanceWithOptions(ref options);
            }
        }
    }
}
