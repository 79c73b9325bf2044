namespace Pare.Passes.Conversion;

/// <summary>What a call of a recurrent layer takes beside its data.</summary>
/// <param name="States">The states at the start, in the order of the cells; empty for zeros.</param>
/// <param name="Mask">False where a step does not count; null for none.</param>
internal readonly record struct RecurrentArguments(IReadOnlyList<Value> States, Value? Mask)
{
    /// <summary>Reads them: states stand behind the data, or are named; a mask is named, or comes with the data.</summary>
    public static RecurrentArguments Of(LayerContext c)
    {
        CallArguments arguments = new(c);
        int? mask = arguments.IsPlain ? null : arguments.Index("mask");
        List<Value> states = [];
        if (!arguments.IsPlain && arguments.Element("initial_state") is not null)
        {
            states.AddRange(arguments.Operands("initial_state", int.MaxValue).Select(s => c.TensorFlow.Cast(s, DataType.Float32)));
        }
        else
        {
            states.AddRange(Enumerable.Range(1, Math.Max(0, c.InputCount - 1)).Where(i => i != mask).Select(c.Input));
        }

        return new RecurrentArguments(states, mask is { } given ? c.Raw(given) : c.Mask());
    }
}
