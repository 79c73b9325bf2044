namespace Pare.Passes.Conversion;

/// <summary>
/// Recurrent layers, unrolled: the input's share of all steps is one product, then a few operators a step. Runs in every runtime, and constants stay shared.
/// The number of steps must be known.
/// </summary>
internal static class RecurrentLayers
{
    public static IEnumerable<KeyValuePair<string, LayerLowering>> All { get; } =
    [
        new("SimpleRNN", c => Run(c, [new KerasSimpleCell(c)], 1)),
        new("LSTM", c => Run(c, [new KerasLstmCell(c)], 1)),
        new("CuDNNLSTM", c => Run(c, [new KerasLstmCell(c)], 1)),
        new("GRU", c => Run(c, [new KerasGruCell(c)], 1)),
        new("CuDNNGRU", c => Run(c, [new KerasGruCell(c)], 1)),
        new("ConvLSTM1D", c => Run(c, [new KerasConvLstmCell(c, 1)], 2)),
        new("ConvLSTM2D", c => Run(c, [new KerasConvLstmCell(c, 2)], 3)),
        new("ConvLSTM3D", c => Run(c, [new KerasConvLstmCell(c, 3)], 4)),
        new("RNN", Cells),
    ];

    // A layer given by its cells: each step runs through all of them.
    private static void Cells(LayerContext c)
    {
        (string className, AttributeMap config) = KerasJsonReader.Layer(c.Nested("cell"), "its cell");
        List<(string Name, AttributeMap Config)> described = className != "StackedRNNCells" ? [(className, config)]
            : config.TryGetValue("cells", out AttributeValue? list) && list.Kind == AttributeKind.Raw ? [.. KerasJsonReader.Parse(list.AsRaw).EnumerateArray().Select(e => KerasJsonReader.Layer(e, "a cell"))]
            : throw new LoweringException("its stack of cells is not described");
        List<KerasRecurrentCell> cells = [];
        int next = 0;
        foreach ((string name, AttributeMap own) in described)
        {
            int count = own.GetBoolean("use_bias", true) ? 3 : 2;
            LayerContext inner = new(c.TensorFlow, name, own, [], [], c.Weights(next, count), c.IsKeras3);
            next += count;
            cells.Add(name switch
            {
                "SimpleRNNCell" => new KerasSimpleCell(inner),
                "LSTMCell" => new KerasLstmCell(inner),
                "GRUCell" => new KerasGruCell(inner),
                _ => throw new LoweringException($"its cell is a {name}; SimpleRNNCell, LSTMCell, GRUCell and stacks of them are carried over"),
            });
        }

        Run(c, cells, 1);
    }

    // Inner: how many axes are behind the steps.
    private static void Run(LayerContext c, IReadOnlyList<KerasRecurrentCell> cells, int inner)
    {
        TensorFlowBuilder b = c.TensorFlow;
        bool timeMajor = c.Flag("time_major", false);
        bool channelsFirst = inner > 1 && !c.ChannelsLast;
        Value x = timeMajor ? b.Transpose(c.Input(), [1, 0, .. Enumerable.Range(2, inner).Select(i => (long)i)]) : c.Input();
        if (x.Shape is not { } shape || shape.Rank != inner + 2)
        {
            throw new LoweringException($"the input has the shape {x.Shape?.ToString() ?? "?"}; batch, steps and {inner} more axes were expected");
        }

        x = channelsFirst ? b.Transpose(x, [0, 1, .. Enumerable.Range(3, inner - 1).Select(i => (long)i), 2]) : x;
        RecurrentArguments given = RecurrentArguments.Of(c);
        Value?[] states = [.. given.States];
        if (channelsFirst)
        {
            states = [.. states.Select(s => b.Transpose(s!, [0, .. Enumerable.Range(2, inner - 1).Select(i => (long)i), 1]))];
        }

        RecurrentRun run = new(c, cells, c.Flag("go_backwards", false), given.Mask);
        run.Go(x, states);
        bool sequences = c.Flag("return_sequences", false);
        Value y = sequences ? b.Pack(run.Outputs, timeMajor ? 0 : 1) : run.Outputs[^1];
        c.OutputMask = sequences ? given.Mask : null;
        c.SetOutput(channelsFirst ? ChannelsFirst(b, y, inner, sequences ? 2 : 1) : y);
        if (c.Flag("return_state", false))
        {
            foreach (Value s in run.States)
            {
                c.SetOutput(channelsFirst ? ChannelsFirst(b, s, inner, 1) : s);
            }
        }
    }

    // Behind some leading axes, the last axis becomes the first.
    private static Value ChannelsFirst(TensorFlowBuilder b, Value y, int inner, int leading) =>
        b.Transpose(y, [.. Enumerable.Range(0, leading).Select(i => (long)i), leading + inner - 1, .. Enumerable.Range(leading, inner - 1).Select(i => (long)i)]);
}
