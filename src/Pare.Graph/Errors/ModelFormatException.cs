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
    public ModelFormatException(string format, string message, long? offset = null, string? node = null, Exception? innerException = null)
        : base(Compose(format, message, offset, node), ComposeWhere(offset, node), innerException)
    {
        Format = format;
        Offset = offset;
        Node = node;
    }

    /// <summary>The format being read.</summary>
    public string Format { get; }

    /// <summary>Byte offset in the file, where known.</summary>
    public long? Offset { get; }

    /// <summary>Name of the node or entry, where known.</summary>
    public string? Node { get; }

    private static string Compose(string format, string message, long? offset, string? node)
    {
        string where = ComposeWhere(offset, node) is { } place ? $", {place}" : "";
        return $"{format}{where}: {message}";
    }

    private static string? ComposeWhere(long? offset, string? node) => (offset, node) switch
    {
        (null, null) => null,
        (null, _) => $"node '{node}'",
        (_, null) => $"byte {offset}",
        _ => $"byte {offset}, node '{node}'",
    };
}
