using System.Security.Cryptography;

namespace Pare.Workflows;

/// <summary>A file as reports and recipes name it.</summary>
/// <param name="File">Path as given.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal.</param>
public sealed record FileReport(string File, long Bytes, string Sha256)
{
    /// <summary>Reads a file and describes it. Of a model that is a folder, all files count, one after the other by their names.</summary>
    public static FileReport Of(string path)
    {
        if (Directory.Exists(path))
        {
            return OfFolder(path);
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return Of(path, stream);
    }

    /// <summary>Describes a stream's content from its start to its end, under a file's name.</summary>
    public static FileReport Of(string path, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Position = 0;
        byte[] hash = SHA256.HashData(stream);
        return new FileReport(path, stream.Length, Convert.ToHexStringLower(hash));
    }

    private static FileReport OfFolder(string path)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).OrderBy(f => Path.GetRelativePath(path, f).Replace('\\', '/'), StringComparer.Ordinal))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            for (int n; (n = stream.Read(buffer)) > 0; bytes += n)
            {
                hash.AppendData(buffer.AsSpan(0, n));
            }
        }

        return new FileReport(path, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
