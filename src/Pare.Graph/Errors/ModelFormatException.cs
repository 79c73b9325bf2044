namespace Pare;

/// <summary>A file is damaged, or is not what it claims to be.</summary>
public sealed class ModelFormatException : PareException
{
    /// <summary>Creates an error about a file's content.</summary>
    /// <param name="format">The format being read, such as <c>GraphDef</c> or <c>PNG</c>.</param>
    /// <param name="message">Found versus expected.</param>
    /// <param name="offset">Byte offset in the (decompressed) file, where known.</param>
    /// <param name="node">Name of the node or entry, where known.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    /// <param name="file">The file concerned, where it is one of several (a picture of a folder); null where the caller knows.</param>
    public ModelFormatException(string format, string message, long? offset = null, string? node = null, Exception? innerException = null, string? file = null)
        : base(Compose(format, message, offset, node, file), ComposeWhere(offset, node, file), innerException)
    {
        Problem = message;
        Format = format;
        Offset = offset;
        Node = node;
        File = file;
    }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The format being read.</summary>
    public string Format { get; }

    /// <summary>Byte offset in the file, where known.</summary>
    public long? Offset { get; }

    /// <summary>Name of the node or entry, where known.</summary>
    public string? Node { get; }

    /// <summary>The file concerned, where it is one of several.</summary>
    public string? File { get; }

    private static string Compose(string format, string message, long? offset, string? node, string? file)
    {
        string where = ComposeWhere(offset, node, file) is { } place ? $", {place}" : "";
        return $"{format}{where}: {message}";
    }

    private static string? ComposeWhere(long? offset, string? node, string? file)
    {
        string where = string.Join(", ", new[]
        {
            file is null ? null : $"file '{file}'",
            offset is null ? null : $"byte {offset}",
            node is null ? null : $"node '{node}'",
        }.Where(s => s is not null));
        return where.Length == 0 ? null : where;
    }
}
