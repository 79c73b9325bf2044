namespace Pare.Passes.Conversion;

/// <summary>The steps of a recurrent layer, laid out one after the other. Made for one call; not thread-safe.</summary>
internal sealed class RecurrentRun(LayerContext context, IReadOnlyList<KerasRecurrentCell> cells, bool backwards, Value? mask)
{
    private const int MostSteps = 2048;
    private readonly TensorFlowBuilder _builder = context.TensorFlow;

    /// <summary>What each step gave, in the order of the steps taken.</summary>
    public Value[] Outputs { get; private set; } = [];

    /// <summary>The states after the last step, cell by cell.</summary>
    public IReadOnlyList<Value> States { get; private set; } = [];

    /// <summary>Runs from the states given (none for zeros) over data [batch, steps, …].</summary>
    public void Go(Value x, IReadOnlyList<Value?> initial)
    {
        long steps = x.Shape![1].Value ?? throw new LoweringException("the number of steps is not known, and the layer is unrolled; give the model's input a length");
        if (steps is < 1 or > MostSteps)
        {
            LayerContext.Unsupported($"{steps} steps are to be unrolled; 1 to {MostSteps} are");
        }

        int count = cells.Sum(c => c.States);
        if (initial.Count != 0 && initial.Count != count)
        {
            throw new LoweringException($"{initial.Count} states are given at the start; the cells have {count}");
        }

        Value?[] states = initial.Count == 0 ? new Value?[count] : [.. initial];
        IReadOnlyList<Value> parts = _builder.Unpack(cells[0].Project(x), 1, (int)steps);
        IReadOnlyList<Value>? counted = mask is null ? null : Counted(parts[0].Shape?.Rank ?? 2, (int)steps);
        Outputs = new Value[steps];
        for (int step = 0; step < steps; step++)
        {
            int at = backwards ? (int)steps - 1 - step : step;
            Value[] next = Step(parts[at], states);
            Value output = next[FirstOfLast()];
            if (counted is not null)
            {
                // A step that does not count leaves the states, and gives what was given last, or zeros.
                Value before = step > 0 && !context.Flag("zero_output_for_mask", false) ? Outputs[step - 1] : _builder.Unary("ZerosLike", output);
                output = _builder.Select(counted[at], output, before);
                for (int i = 0; i < next.Length; i++)
                {
                    next[i] = _builder.Select(counted[at], next[i], states[i] ?? _builder.Unary("ZerosLike", next[i]));
                }
            }

            states = next;
            Outputs[step] = output;
        }

        States = [.. states.Select(s => s!)];
    }

    // What a cell gives is its first state.
    private int FirstOfLast() => cells.Take(cells.Count - 1).Sum(c => c.States);

    private Value[] Step(Value projected, Value?[] states)
    {
        List<Value> next = [];
        Value? output = null;
        foreach (KerasRecurrentCell cell in cells)
        {
            // The first cell's share of the input was computed for all steps at once.
            Value share = output is null ? projected : cell.Project(output);
            Value[] own = cell.Step(share, states[next.Count..(next.Count + cell.States)]);
            next.AddRange(own);
            output = own[0];
        }

        return [.. next];
    }

    private IReadOnlyList<Value> Counted(int rank, int steps)
    {
        Value spread = mask!;
        for (int i = 1; i < rank; i++)
        {
            spread = _builder.ExpandDims(spread, -1);
        }

        return _builder.Unpack(spread, 1, steps);
    }
}
