namespace Pare.Workflows;

/// <summary>A runtime that models are shipped to, and what it can run. Immutable and thread-safe.</summary>
public abstract class RuntimeTarget
{
    /// <summary>Name as in <c>--target</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Lists all nodes that the runtime cannot run.</summary>
    /// <exception cref="UsageException">The runtime does not take models of this vocabulary at all.</exception>
    public abstract IReadOnlyList<UnsupportedNode> FindUnsupported(Model model);
}
