namespace Pare.Passes.Optimize;

/// <summary>Transforms by name: the Graph Transform Tool's and this program's own, each a pass. Thread-safe.</summary>
public static class Transforms
{
    private static readonly TransformFactory s_factory = new();

    /// <summary>All names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => s_factory.Names;

    /// <summary>Makes the pass of a transform.</summary>
    /// <param name="call">Name and arguments.</param>
    /// <param name="options">Inputs and outputs of the model, which some transforms use.</param>
    /// <exception cref="UsageException">Nobody knows the name (near ones are suggested), or an argument is wrong.</exception>
    public static Pass Create(TransformCall call, OptimizeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        return s_factory.Create(call, options ?? new OptimizeOptions());
    }

    /// <summary>Makes the pass of a transform.</summary>
    /// <param name="name">The transform's name.</param>
    /// <param name="arguments">Its arguments; a name may stand several times.</param>
    /// <exception cref="UsageException">Nobody knows the name (near ones are suggested), or an argument is wrong.</exception>
    public static Pass Create(string name, IReadOnlyList<KeyValuePair<string, string>>? arguments = null) => Create(new TransformCall(name, arguments ?? []));

    /// <summary>Makes a pipeline of a list of transforms, such as <c>strip_unused fold_constants(ignore_errors=true)</c>.</summary>
    /// <exception cref="UsageException">The list does not follow the grammar, or a name or argument is wrong.</exception>
    /// <param name="text">The list.</param>
    /// <param name="options">Inputs and outputs of the model; outputs named here hold for all transforms in the list.</param>
    public static PassPipeline Parse(string text, OptimizeOptions? options = null)
    {
        IEnumerable<Pass> passes = TransformParser.Parse(text).Select(c => Create(c, options));
        return new PassPipeline(options is { Outputs.Count: > 0 } ? passes.Prepend(new SelectOutputsPass(options.Outputs)) : passes);
    }
}
