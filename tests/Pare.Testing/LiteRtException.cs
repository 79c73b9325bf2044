namespace Pare.Testing;

/// <summary>The runtime refused a model or failed on it.</summary>
/// <param name="message">In the runtime's own words.</param>
public sealed class LiteRtException(string message) : Exception(message);
