namespace Pare;

/// <summary>The request itself is wrong: an unknown input name, an input tensor of the wrong rank or type, options that exclude each other.</summary>
public sealed class UsageException : PareException
{
    /// <summary>Creates an error about a request.</summary>
    /// <param name="message">What is wrong with the request and what would be right.</param>
    /// <param name="where">The option or argument, where known.</param>
    public UsageException(string message, string? where = null)
        : base(message, where)
    {
    }
}
