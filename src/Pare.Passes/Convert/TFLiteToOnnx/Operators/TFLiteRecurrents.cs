namespace Pare.Passes.Conversion;

/// <summary>Recurrent layers with their states: LSTM, plain cells, and their sequences in one or both directions.</summary>
internal static class TFLiteRecurrents
{
    public static IEnumerable<KeyValuePair<string, TFLiteLowering>> All { get; } =
    [
        TFLiteLowering.Of("UNIDIRECTIONAL_SEQUENCE_LSTM", c => Lstm(c, sequence: true)),
        TFLiteLowering.Of("LSTM", c => Lstm(c, sequence: false)),
        TFLiteLowering.Of("BIDIRECTIONAL_SEQUENCE_LSTM", BidirectionalLstm),
        TFLiteLowering.Of("RNN", c => Rnn(c, sequence: false)),
        TFLiteLowering.Of("UNIDIRECTIONAL_SEQUENCE_RNN", c => Rnn(c, sequence: true)),
        TFLiteLowering.Of("BIDIRECTIONAL_SEQUENCE_RNN", BidirectionalRnn),
        TFLiteLowering.Of("SVDF", Svdf),
    ];

    private static bool TimeMajor(TFLiteContext c, bool byDefault = false) => c.Attributes.GetBoolean("time_major", byDefault);

    private static void Lstm(TFLiteContext c, bool sequence)
    {
        if (!sequence && c.Attributes.GetString("kernel_type", "FULL") == "BASIC")
        {
            BasicLstm(c);
            return;
        }

        LstmWeights weights = LstmWeights.Read(c, 1, [20, 21, 22, 23]);
        Value output = c.Graph.Find(c.Node.Inputs[18]!).Stored;
        Value cell = c.Graph.Find(c.Node.Inputs[19]!).Stored;
        LstmCell step = new(c, weights);
        if (step.IsInteger)
        {
            output = c.Operand(18).Codes;
            cell = c.Operand(19).Codes;
        }

        Value x = step.IsInteger ? c.Operand(0).Codes : c.Input(0);
        bool timeMajor = TimeMajor(c);
        Sequence run = sequence ? Sequence.Over(c, x, timeMajor ? 0 : 1, [output, cell], step.Step, reverse: false) : Sequence.Once(c.Onnx, x, [output, cell], step.Step);
        SetResult(c, c.Node.Outputs.Count - 1, run.Outputs, step.IsInteger);
        SetState(c, 18, run.States[0], step.IsInteger);
        SetState(c, 19, run.States[1], step.IsInteger);
    }

    private static void SetResult(TFLiteContext c, int index, Value value, bool codes)
    {
        TFLiteOperand output = c.Output(index);
        c.SetOperand(index, codes && output.IsQuantized ? output.FromCodes(value) : output.FromStored(value));
    }

    private static void SetState(TFLiteContext c, int input, Value value, bool codes)
    {
        if (c.Node.Inputs[input] is { IsVariable: true } variable)
        {
            TFLiteOperand operand = c.Graph.NewOperand(variable);
            c.Graph.SetState(variable, codes && operand.IsQuantized ? operand.FromCodes(value) : operand.FromStored(value));
        }
    }

    // Inputs: x, previous output, weights [4·n, inputs + n] and bias of all gates in the order i, j, f, o, previous cell.
    private static void BasicLstm(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        if (c.IsQuantized)
        {
            throw new LoweringException("the basic LSTM kernel is carried over for real numbers only");
        }

        Value gates = b.Emit("Gemm", [b.Concat(1, c.Input(0), c.Input(1)), c.Input(2), c.Input(3)], ("transB", AttributeValue.Of(1L)));
        IReadOnlyList<Value> g = b.Emit("Split", [gates], 4, ("axis", AttributeValue.Of(1L)), ("num_outputs", AttributeValue.Of(4L)));
        Value cell = b.Add(b.Mul(b.Emit("Sigmoid", [g[2]]), c.Input(4)), b.Mul(b.Emit("Sigmoid", [g[0]]), b.Emit("Tanh", [g[1]])));
        c.SetOutput(0, b.Mul(b.Emit("Sigmoid", [g[3]]), b.Emit("Tanh", [cell])));
        c.SetOutput(1, cell);
        c.SetOutput(2, b.Concat(1, c.Input(0), c.Input(1)));
        c.SetOutput(3, gates);
    }

    // Forward weights at 1 to 17, backward ones at 18 to 34, states at 35 to 38, auxiliary input at 39.
    private static void BidirectionalLstm(TFLiteContext c)
    {
        if (c.Has(39))
        {
            throw new LoweringException("an auxiliary input is not carried over");
        }

        int time = TimeMajor(c, true) ? 0 : 1;
        LstmCell forward = new(c, LstmWeights.Read(c, 1, []));
        LstmCell backward = new(c, LstmWeights.Read(c, 18, []));
        if (forward.IsInteger || backward.IsInteger)
        {
            throw new LoweringException("integer LSTMs in both directions are not carried over");
        }

        Sequence first = Sequence.Over(c, c.Input(0), time, [c.Input(35), c.Input(36)], forward.Step, reverse: false);
        Sequence second = Sequence.Over(c, c.Input(0), time, [c.Input(37), c.Input(38)], backward.Step, reverse: true);
        Both(c, first, second);
        SetState(c, 35, first.States[0], false);
        SetState(c, 36, first.States[1], false);
        SetState(c, 37, second.States[0], false);
        SetState(c, 38, second.States[1], false);
    }

    private static void Both(TFLiteContext c, Sequence first, Sequence second)
    {
        if (c.Attributes.GetBoolean("merge_outputs"))
        {
            c.SetOutput(0, c.Onnx.Concat(-1, first.Outputs, second.Outputs));
            return;
        }

        c.SetOutput(0, first.Outputs);
        c.SetOutput(1, second.Outputs);
    }

    // Inputs: x, weights [n, inputs], recurrent weights [n, n], bias, state.
    private static void Rnn(TFLiteContext c, bool sequence)
    {
        Func<OnnxBuilder, Value, Value[], (Value, Value[])> step = RnnStep(c, 1, 2, 3);
        Sequence run = sequence ? Sequence.Over(c, c.Input(0), TimeMajor(c) ? 0 : 1, [c.Input(4)], step, reverse: false) : Sequence.Once(c.Onnx, c.Input(0), [c.Input(4)], step);
        c.SetOutput(run.Outputs);
        SetState(c, 4, run.States[0], false);
    }

    private static Func<OnnxBuilder, Value, Value[], (Value Output, Value[] States)> RnnStep(TFLiteContext c, int weights, int recurrent, int bias)
    {
        HybridProduct input = new(c, weights, c.Attributes.GetBoolean("asymmetric_quantize_inputs"));
        HybridProduct again = new(c, recurrent, c.Attributes.GetBoolean("asymmetric_quantize_inputs"));
        Value offset = c.Input(bias);
        return (b, x, states) =>
        {
            Value y = Activation(b, c.Activation, b.Add(b.Add(input.Emit(b, x), again.Emit(b, states[0])), offset));
            return (y, [y]);
        };
    }

    // Inputs: x, forward weights, recurrent weights, bias, state, the same backward, auxiliary input.
    private static void BidirectionalRnn(TFLiteContext c)
    {
        if (c.Has(9))
        {
            throw new LoweringException("an auxiliary input is not carried over");
        }

        int time = TimeMajor(c) ? 0 : 1;
        Sequence first = Sequence.Over(c, c.Input(0), time, [c.Input(4)], RnnStep(c, 1, 2, 3), reverse: false);
        Sequence second = Sequence.Over(c, c.Input(0), time, [c.Input(8)], RnnStep(c, 5, 6, 7), reverse: true);
        Both(c, first, second);
        SetState(c, 4, first.States[0], false);
        SetState(c, 8, second.States[0], false);
    }

    /// <summary>A cell's activation.</summary>
    public static Value Activation(OnnxBuilder b, string name, Value x) => name switch
    {
        "TANH" => b.Emit("Tanh", [x]),
        "RELU" => b.Emit("Relu", [x]),
        "RELU6" => b.Emit("Clip", [x, b.Scalar(DataType.Float32, 0), b.Scalar(DataType.Float32, 6)]),
        "RELU_N1_TO_1" => b.Emit("Clip", [x, b.Scalar(DataType.Float32, -1), b.Scalar(DataType.Float32, 1)]),
        "NONE" => x,
        _ => throw new LoweringException($"the activation {name} has no counterpart"),
    };

    // Filters [units·rank, inputs] over features, then [units·rank, memory] over the last steps, which the state holds; ranks are summed. Inputs: x, features, time, bias, state.
    private static void Svdf(TFLiteContext c)
    {
        OnnxBuilder b = c.Onnx;
        long rank = c.Attributes.GetInteger("rank", 1);
        Value time = c.Input(2);
        if (time.Shape?.ToStatic() is not { Rank: 2 } shape || rank < 1 || shape[0] % rank != 0)
        {
            throw new LoweringException("the shape of the filter over time must be known, and a multiple of the rank");
        }

        // The state holds, for each filter, the features of the last steps, the newest last.
        Value features = new HybridProduct(c, 1, c.Attributes.GetBoolean("asymmetric_quantize_inputs")).Emit(b, c.Input(0));
        Value before = c.Input(4);
        if (c.Operand(4).IsQuantized)
        {
            features = c.Graph.NewOperand(c.Node.Inputs[4]!).FromReal(features).Real;
        }

        Value memory = b.Reshape(before, -1, shape[0], shape[1]);
        Value moved = b.Concat(2, b.Slice(memory, [1], [long.MaxValue], [2]), b.Unsqueeze(features, 2));
        Value sums = b.Reduce("ReduceSum", b.Mul(moved, b.Unsqueeze(time, 0)), [2], false);
        Value units = b.Reduce("ReduceSum", b.Reshape(sums, -1, shape[0] / rank, rank), [2], false);
        Value bias = c.Has(3) ? c.Node.Inputs[3] is { Constant: { } content, Quantization: { Scales.Length: > 0 } q } && !content.Type.IsFloat() ? b.Constant(Quantized.Real(content, q)) : c.Input(3) : b.Scalar(DataType.Float32, 0);
        c.SetOutput(Activation(b, c.Activation, b.Add(units, bias)));
        if (c.Node.Inputs[4] is { IsVariable: true } variable)
        {
            Value after = b.Reshape(moved, -1, shape[0] * shape[1]);
            TFLiteOperand state = c.Graph.NewOperand(variable);
            c.Graph.SetState(variable, state.IsQuantized ? state.FromReal(after) : state.FromStored(after));
        }
    }
}
