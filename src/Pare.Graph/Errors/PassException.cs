namespace Pare;

/// <summary>A pass could not keep its contract: a requirement is not met, or the outputs drifted beyond what it states.</summary>
public sealed class PassException : PareException
{
    /// <summary>Creates an error of a pass.</summary>
    /// <param name="pass">Name of the pass.</param>
    /// <param name="message">Found versus expected.</param>
    /// <param name="node">The node concerned, where there is one.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public PassException(string pass, string message, string? node = null, Exception? innerException = null)
        : base($"{pass}: {message}", node is null ? null : $"node '{node}'", innerException) => Pass = pass;

    /// <summary>Name of the pass.</summary>
    public string Pass { get; }
}
