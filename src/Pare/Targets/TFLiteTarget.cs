using Pare.Formats.TFLite;

namespace Pare.Workflows;

/// <summary>TensorFlow Lite (LiteRT) on phones and computers: its builtin operators with the versions they are known in, and the custom ones of Google's own packages.</summary>
public sealed class TFLiteTarget : RuntimeTarget
{
    /// <inheritdoc/>
    public override string Name => "tflite";

    /// <inheritdoc/>
    public override IReadOnlyList<UnsupportedNode> FindUnsupported(Model model) => TFLiteCheck.Find(model, "TensorFlow Lite", Why);

    private static string? Why(Node node)
    {
        if (node.Domain.Length > 0)
        {
            return node.Operator.StartsWith("Flex", StringComparison.Ordinal)
                ? "a TensorFlow operator, which only a runtime with the Flex delegate runs; convert it to builtin operators"
                : "a custom operator, which only a runtime that registers it runs";
        }

        int newest = TFLiteRuntimeVersions.Newest(node.Operator);
        long version = TFLiteFormat.VersionOf(node);
        return newest == 0 ? "the runtime has no kernel for it"
            : version > newest ? $"version {version} is wanted, {newest} is the newest that is known"
            : null;
    }
}
