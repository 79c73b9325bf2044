namespace Pare.Workflows;

/// <summary>The runtimes that Pare knows. A new one is a class of its own and a line here.</summary>
public static class RuntimeTargets
{
    /// <summary>All runtimes.</summary>
    public static IReadOnlyList<RuntimeTarget> All { get; } = [new TensorFlowMobileTarget(), new TFLiteTarget(), new TFLiteMicroTarget(), new OnnxRuntimeTarget(), new OnnxRuntimeWebTarget()];

    /// <summary>The runtime of a name.</summary>
    /// <exception cref="UsageException">There is none; the message lists those there are.</exception>
    public static RuntimeTarget Find(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new UsageException($"'{name}' is no target; known are {string.Join(", ", All.Select(t => t.Name))}", "--target");
}
