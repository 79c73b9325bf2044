namespace Pare.Formats;

/// <summary>Opens the files that tensors with external data lie in: plain files in the model's folder, nothing else. One reading's worth; not thread-safe.</summary>
internal sealed class ExternalFiles(string format, string? folder)
{
    private readonly Dictionary<string, ByteSource> _files = new(StringComparer.Ordinal);

    /// <summary>A part of a file beside the model.</summary>
    /// <param name="location">Path as the model gives it.</param>
    /// <param name="start">First byte.</param>
    /// <param name="length">Bytes, or null for all up to the end.</param>
    /// <param name="fieldOffset">Where the model says so, for errors.</param>
    /// <param name="tensor">The tensor's name, for errors.</param>
    public (ByteSource Source, long Offset, long Length) Open(string location, long start, long? length, long fieldOffset, string tensor)
    {
        ByteSource file = File(location, fieldOffset, tensor);
        if (start < 0 || start > file.Length || length < 0 || length > file.Length - start)
        {
            throw new ModelFormatException(format, $"the tensor '{tensor}' lies in '{location}' from byte {start}, {length ?? 0} bytes long, but the file has {file.Length}", fieldOffset);
        }

        return (file, start, length ?? file.Length - start);
    }

    private ByteSource File(string location, long fieldOffset, string tensor)
    {
        if (_files.TryGetValue(location, out ByteSource? known))
        {
            return known;
        }

        if (folder is null)
        {
            throw new ModelFormatException(format, $"the tensor '{tensor}' lies in the file '{location}' beside the model, but the model was not read from a folder", fieldOffset);
        }

        string path = Path.GetFullPath(folder);
        string[] parts = location.Split('/', '\\');
        if (location.Length == 0 || Path.IsPathRooted(location) || location.Contains('\0') || parts.Any(p => p is "" or "." or ".." || p.Contains(':')))
        {
            throw Outside(location, fieldOffset, tensor, "only a plain path below the model's folder is accepted");
        }

        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw Outside(location, fieldOffset, tensor, $"'{part}' is a link, which may lead out of the model's folder");
            }
        }

        try
        {
            return _files[location] = ByteSource.FromFile(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFormatException(format, $"the tensor '{tensor}' lies in the file '{location}', which is not beside the model", fieldOffset, innerException: e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new ModelFormatException(format, $"the tensor '{tensor}' lies in '{location}', which is a folder", fieldOffset, innerException: e);
        }
    }

    private ModelFormatException Outside(string location, long fieldOffset, string tensor, string why) =>
        new(format, $"the tensor '{tensor}' lies in the file '{location}': {why}", fieldOffset);
}
