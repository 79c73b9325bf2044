namespace Pare.Passes.Conversion;

/// <summary>Identities, placeholders, checks.</summary>
internal static class StructureLowerings
{
    public static IEnumerable<KeyValuePair<string, Lowering>> All { get; } =
    [
        new("Placeholder", UnfedPlaceholder),
        new("PlaceholderV2", UnfedPlaceholder),
        new("PlaceholderWithDefault", PassThrough),
        new("Identity", PassThrough),
        new("StopGradient", PassThrough),
        new("PreventGradient", PassThrough),
        new("CheckNumerics", PassThrough),
        new("CheckNumericsV2", PassThrough),
        new("Snapshot", PassThrough),
        new("EnsureShape", PassThrough),
        new("ReadVariableOp", PassThrough),
        new("GuaranteeConst", PassThrough),
        new("DebugIdentity", PassThrough),
        new("DebugIdentityV2", PassThrough),
        new("Copy", PassThrough),
        new("CopyHost", PassThrough),
        new("DeepCopy", PassThrough),
        new("Print", PassThrough),
        new("IdentityN", IdentityN),
    ];

    private static void PassThrough(LoweringContext c) => c.SetOutput(c.Input(0));

    private static void IdentityN(LoweringContext c)
    {
        for (int i = 0; i < c.InputCount; i++)
        {
            c.SetOutput(i, c.Input(i));
        }
    }

    private static void UnfedPlaceholder(LoweringContext c)
        => throw new UsageException($"the outputs need the input '{c.Node.Name}', which is not among those to be fed; feed it or freeze it to a value", $"node '{c.Node.Name}'");
}
