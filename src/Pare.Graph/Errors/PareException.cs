namespace Pare;

/// <summary>The root of every error that Pare raises on purpose. A message says what failed, where, what was found and what was expected.</summary>
public abstract class PareException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="message">What failed, found versus expected, and what to do.</param>
    /// <param name="where">The place: a byte offset, a node or a file; null when the message names it.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    protected PareException(string message, string? where = null, Exception? innerException = null)
        : base(message, innerException) => Where = where;

    /// <summary>The place of the failure (file, byte offset, node name), or null.</summary>
    public string? Where { get; }
}
