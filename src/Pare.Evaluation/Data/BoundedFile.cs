namespace Pare.Evaluation;

/// <summary>Reads small files whole, with a limit that is checked while reading.</summary>
internal static class BoundedFile
{
    public static byte[] ReadAllBytes(string path, long limit, string what)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"'{path}' is a folder; name a file ({what})", path);
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        long length = stream.Length;
        if (length > limit || length > Array.MaxLength)
        {
            throw new ModelFormatException(what, $"{length} bytes are more than the limit of {limit}", file: path);
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
