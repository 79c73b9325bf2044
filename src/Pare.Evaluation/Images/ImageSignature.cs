namespace Pare.Evaluation;

/// <summary>Tells picture formats by their first bytes and by their suffixes.</summary>
internal static class ImageSignature
{
    private static readonly string[] s_suffixes = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    /// <summary>Name of the format that the bytes begin as, or null.</summary>
    public static string? Identify(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return "JPEG";
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
        {
            return "PNG";
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            return "GIF";
        }

        if (bytes.StartsWith("BM"u8))
        {
            return "BMP";
        }

        return bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "WebP" : null;
    }

    /// <summary>Whether a file's name says that it is a picture of a format that can be read.</summary>
    public static bool HasImageSuffix(string name)
    {
        foreach (string s in s_suffixes)
        {
            if (name.EndsWith(s, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
