namespace Pare.Passes.Optimize;

/// <summary>Says which values are the graph's outputs, for the passes that follow. Removes nothing.</summary>
internal sealed class SelectOutputsPass(IReadOnlyList<string> outputs) : Pass
{
    public override string Name => "select_outputs";

    public override string Summary => "take the named values as the outputs";

    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        Value[] values = [.. outputs.Select(o => ValueNames.Resolve(model, o, "--outputs")).Distinct()];
        model.Graph.Outputs.Clear();
        foreach (Value v in values)
        {
            model.Graph.Outputs.Add(v);
        }

        return [];
    }
}
