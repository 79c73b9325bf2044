using System.Text;

namespace Pare.Formats.TFLite;

/// <summary>The metadata that a model's properties show.</summary>
internal static class TFLiteMetadata
{
    /// <summary>Name of the entry that tells the oldest runtime that can run the model.</summary>
    public const string MinimumRuntime = "min_runtime_version";

    private const int LongestText = 64;

    /// <summary>A short text as which a metadata buffer reads; null where it is none.</summary>
    public static string? AsText(string name, TFLiteContent? content)
    {
        if (content is null || content.Length > LongestText || name.Length == 0)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = content.ToMemory().Span.TrimEnd((byte)0);
        foreach (byte b in bytes)
        {
            if (b is < 32 or > 126)
            {
                return null;
            }
        }

        return Encoding.ASCII.GetString(bytes);
    }
}
