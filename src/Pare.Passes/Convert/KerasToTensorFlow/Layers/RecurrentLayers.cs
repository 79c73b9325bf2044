namespace Pare.Passes.Conversion;

/// <summary>
/// Recurrent layers, unrolled: the input's share of all steps is one matrix product, then a few operators a step. Runs in every runtime, and constants stay shared.
/// The number of steps must be known.
/// </summary>
internal static class RecurrentLayers
{
    private const int MostSteps = 2048;

    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("SimpleRNN", c => Run(c, new KerasSimpleCell(c))),
        new("LSTM", c => Run(c, new KerasLstmCell(c))),
        new("CuDNNLSTM", c => Run(c, new KerasLstmCell(c))),
        new("GRU", c => Run(c, new KerasGruCell(c))),
        new("CuDNNGRU", c => Run(c, new KerasGruCell(c))),
        new("RNN", Cells),
    ];

    private static void Run(LayerContext c, KerasRecurrentCell cell)
    {
        TensorFlowBuilder b = c.TensorFlow;
        bool timeMajor = c.Flag("time_major", false);
        Value x = timeMajor ? b.Transpose(c.Input(), 1, 0, 2) : c.Input();
        if (x.Shape is not { Rank: 3 } shape)
        {
            throw new LoweringException($"the input has the shape {x.Shape?.ToString() ?? "?"}; batch, steps and features were expected");
        }

        long steps = shape[1].Value ?? throw new LoweringException("the number of steps is not known, and the layer is unrolled; give the model's input a length");
        if (steps is < 1 or > MostSteps)
        {
            LayerContext.Unsupported($"{steps} steps are to be unrolled; 1 to {MostSteps} are");
        }

        IReadOnlyList<Value> parts = b.Unpack(cell.Project(x), 1, (int)steps);
        CallArguments arguments = new(c);
        Value? mask = arguments.Find("mask") is { } given ? given : c.Mask();
        IReadOnlyList<Value>? masks = mask is null ? null : b.Unpack(b.ExpandDims(mask, 2), 1, (int)steps);
        Value?[] states = new Value?[cell.States];
        for (int i = 0; i < states.Length && i + 1 < c.InputCount && arguments.Find("mask") is null; i++)
        {
            states[i] = c.Input(i + 1);
        }

        Value[] outputs = new Value[steps];
        Value? last = null;
        for (int step = 0; step < steps; step++)
        {
            int at = c.Flag("go_backwards", false) ? (int)steps - 1 - step : step;
            Value[] next = cell.Step(parts[at], states);
            Value output = next[0];
            if (masks is not null)
            {
                // A step that does not count leaves the states, and gives what was given last.
                output = b.Select(masks[at], output, last ?? b.Unary("ZerosLike", output));
                for (int i = 0; i < next.Length; i++)
                {
                    next[i] = b.Select(masks[at], next[i], states[i] ?? b.Unary("ZerosLike", next[i]));
                }
            }

            Array.Copy(next, states, states.Length);
            last = output;
            outputs[step] = output;
        }

        bool sequences = c.Flag("return_sequences", false);
        c.OutputMask = sequences ? mask : null;
        c.SetOutput(!sequences ? last! : b.Pack(outputs, timeMajor ? 0 : 1));
        if (c.Flag("return_state", false))
        {
            foreach (Value? s in states)
            {
                c.SetOutput(s!);
            }
        }
    }

    // A layer given by its cells: the same as that many layers of the cells' kinds.
    private static void Cells(LayerContext c)
    {
        (string className, AttributeMap config) = KerasJsonReader.Layer(c.Nested("cell"), "its cell");
        List<(string, AttributeMap)> cells = [(className, config)];
        if (className == "StackedRNNCells")
        {
            cells = [.. config["cells"].Kind == AttributeKind.Raw ? KerasJsonReader.Parse(config["cells"].AsRaw).EnumerateArray().Select(e => KerasJsonReader.Layer(e, "a cell")) : []];
        }

        if (cells.Count > 1 && (c.Flag("return_state", false) || c.InputCount > 1))
        {
            LayerContext.Unsupported("states of stacked cells are not carried over");
        }

        Value[] inputs = [.. Enumerable.Range(0, c.InputCount).Select(c.Raw)];
        Value? mask = c.Mask();
        int next = 0;
        for (int i = 0; i < cells.Count; i++)
        {
            (string name, AttributeMap own) = cells[i];
            string layer = name.EndsWith("Cell", StringComparison.Ordinal) ? name[..^"Cell".Length] : name;
            foreach (string flag in new[] { "go_backwards", "return_state", "time_major" })
            {
                own[flag] = AttributeValue.Of(c.Flag(flag, false) && (flag != "go_backwards" || i == 0));
            }

            own["return_sequences"] = AttributeValue.Of(i + 1 < cells.Count || c.Flag("return_sequences", false));
            int count = own.GetBoolean("use_bias", true) ? 3 : 2;
            LayerContext inner = c.Call(layer, own, c.Weights(next, count), inputs, [mask]);
            next += count;
            inputs = [.. inner.Outputs];
            mask = inner.OutputMask;
        }

        c.OutputMask = mask;
        foreach (Value v in inputs)
        {
            c.SetOutput(v);
        }
    }
}
