namespace Pare.Passes.Conversion;

/// <summary>One node cannot be carried over. The converter collects these and raises <see cref="UnsupportedModelException"/> with all of them.</summary>
internal sealed class LoweringException(string message) : Exception(message);
