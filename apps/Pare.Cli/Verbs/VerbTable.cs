namespace Pare.Cli;

/// <summary>The verbs. A new one is a class of its own and a line here.</summary>
internal static class VerbTable
{
    public static IReadOnlyList<VerbEntry> All { get; } =
    [
        new("inspect", "What a model is made of: inputs, outputs, operators, parameters, work, largest tensors", () => new InspectVerb()),
        new("run", "One inference: named arrays in, named arrays out", () => new RunVerb()),
    ];
}
