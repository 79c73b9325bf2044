using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Pare.Runtime;

/// <summary>ONNX Runtime's errors in Pare's words: file names, line numbers and function names of its sources are left out.</summary>
internal static partial class OrtErrors
{
    /// <summary>An error while a model was loaded.</summary>
    public static PareException OnLoad(OnnxRuntimeException e)
    {
        string message = Clean(e.Message, out string code);
        if (code is "NotImplemented" || message.Contains("Could not find an implementation", StringComparison.Ordinal) || message.Contains("is not a registered function/op", StringComparison.Ordinal))
        {
            Match m = Implementation().Match(message);
            return m.Success
                ? new UnsupportedModelException("ONNX Runtime cannot run the model", [new UnsupportedNode(m.Groups[2].Value, m.Groups[1].Value, "it has no kernel for these element types")])
                : new UnsupportedModelException($"ONNX Runtime cannot run the model: {message}", []);
        }

        return new GraphException($"ONNX Runtime refuses the model: {message}", innerException: e);
    }

    /// <summary>An error while a model ran.</summary>
    public static PareException OnRun(OnnxRuntimeException e) => new UsageException($"the model fails on these inputs: {Clean(e.Message, out _)}");

    private static string Clean(string message, out string code)
    {
        Match m = Code().Match(message);
        code = m.Success ? m.Groups[1].Value : "";
        string text = m.Success ? message[m.Length..] : message;
        text = Source().Replace(text, "");
        text = LoadFailed().Replace(text, "");
        return Blanks().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"^\s*\[ErrorCode:(\w+)\]\s*")]
    private static partial Regex Code();

    [GeneratedRegex(@"(/[\w./-]+|[A-Za-z]:\\[\w.\\-]+)\.(cc|h|cpp):\d+\s+(.+?\)\s*)?(const\s+)?(\[[^\]]*\]\s*)?|Exception during initialization:\s*")]
    private static partial Regex Source();

    [GeneratedRegex(@"^Load model from .*? failed:\s*")]
    private static partial Regex LoadFailed();

    [GeneratedRegex(@"implementation for (\w+)\(\d+\) node with name '([^']*)'")]
    private static partial Regex Implementation();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
