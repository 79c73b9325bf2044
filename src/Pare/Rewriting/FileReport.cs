using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Pare.Formats;

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

        using SafeFileHandle file = System.IO.File.OpenHandle(path, options: FileOptions.SequentialScan);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = Append(hash, file);
        return new FileReport(path, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Describes a file that a transaction writes.</summary>
    public static FileReport Of(string path, FileTransaction outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return new FileReport(path, outputs.StreamOf(path).Length, Convert.ToHexStringLower(outputs.HashOf(path)));
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
        long bytes = 0;
        foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).OrderBy(f => Path.GetRelativePath(path, f).Replace('\\', '/'), StringComparer.Ordinal))
        {
            using SafeFileHandle handle = System.IO.File.OpenHandle(file, options: FileOptions.SequentialScan);
            bytes += Append(hash, handle);
        }

        return new FileReport(path, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static long Append(IncrementalHash hash, SafeFileHandle file)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        long bytes = 0;
        for (int n; (n = RandomAccess.Read(file, buffer, bytes)) > 0; bytes += n)
        {
            hash.AppendData(buffer.AsSpan(0, n));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return bytes;
    }
}
