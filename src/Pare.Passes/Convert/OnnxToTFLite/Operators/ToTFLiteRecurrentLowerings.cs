namespace Pare.Passes.Conversion;

/// <summary>
/// LSTM, GRU and plain recurrent layers, spelt out step by step. TFLite's own fused layers keep their state from one run to the next, which an ONNX layer does not.
/// Data are [steps, batch, inputs]; the products with the inputs are one for all steps.
/// </summary>
internal static class ToTFLiteRecurrentLowerings
{
    private const int MostSteps = 4096;

    public static IEnumerable<KeyValuePair<string, ToTFLiteLowering>> All { get; } =
    [
        new("LSTM", c => Layer(c, 4, LstmStep)),
        new("GRU", c => Layer(c, 3, GruStep)),
        new("RNN", c => Layer(c, 1, PlainStep)),
    ];

    // One step: the gates' share of the input [batch, gates·units], the states before; gives the states after, the output first.
    private delegate Value[] Step(Cell cell, Value gates, Value[] states);

    private static void Layer(ToTFLiteContext c, int gates, Step step)
    {
        TFLiteBuilder b = c.Builder;
        if (c.Has(4))
        {
            throw new LoweringException("sequences of different lengths in a batch are not carried over");
        }

        if (c.Attributes.ContainsKey("clip") || (c.Node.Operator == "LSTM" && c.Has(7)) || c.Attributes.GetBoolean("input_forget"))
        {
            throw new LoweringException("clipping, peepholes and coupled gates are not carried over");
        }

        bool batchFirst = c.Attributes.GetBoolean("layout");
        Value x = c.In(0);
        x = batchFirst ? b.Transpose(x, 1, 0, 2) : x;
        long steps = x.Shape?[0].Value is { } t and <= MostSteps ? t : throw new LoweringException($"the number of steps must be known, and at most {MostSteps}; give the inputs' shapes");
        long units = c.Shape(2)?[2].Value ?? throw new LoweringException("the recurrent weights' shape is not known");
        string direction = c.Attributes.GetString("direction", "forward");
        int directions = direction == "bidirectional" ? 2 : 1;
        string[] functions = c.Attributes.TryGetValue("activations", out AttributeValue? named) && named.AsStrings.Length > 0
            ? [.. named.AsStrings.Select(s => System.Text.Encoding.UTF8.GetString(s.Span))]
            : [.. Enumerable.Repeat(c.Node.Operator == "LSTM" ? (string[])["Sigmoid", "Tanh", "Tanh"] : c.Node.Operator == "GRU" ? ["Sigmoid", "Tanh"] : ["Tanh"], directions).SelectMany(f => f)];
        int states = c.Node.Operator == "LSTM" ? 2 : 1;
        List<Value> all = [];
        List<Value[]> last = [];
        for (int d = 0; d < directions; d++)
        {
            Cell cell = new(c, d, units, gates, functions[(d * functions.Length / directions)..((d + 1) * functions.Length / directions)]);
            Value[] state = [.. Enumerable.Range(0, states).Select(i => Initial(c, 5 + i, d, x, units, batchFirst))];
            Value shares = cell.Inputs(x);
            IReadOnlyList<Value> parts = steps == 1
                ? [b.Reshape(shares, -1, gates * units)]
                : b.Emit("UNPACK", [shares], (int)steps, ("num", AttributeValue.Of(steps)), ("axis", AttributeValue.Of(0L)));
            Value[] outputs = new Value[steps];
            bool backward = direction == "reverse" || d == 1;
            for (int i = 0; i < steps; i++)
            {
                int at = backward ? (int)steps - 1 - i : i;
                state = step(cell, parts[at], state);
                outputs[at] = state[0];
            }

            all.Add(b.Emit("PACK", [.. outputs], ("values_count", AttributeValue.Of(steps)), ("axis", AttributeValue.Of(0L))));
            last.Add(state);
        }

        // Y is [steps, directions, batch, units]; the states [directions, batch, units]. With the batch first both have it in front.
        if (c.IsNeeded(0))
        {
            Value y = b.Emit("PACK", [.. all], ("values_count", AttributeValue.Of(directions)), ("axis", AttributeValue.Of(1)));
            c.Set(0, y, batchFirst ? [2, 0, 1, 3] : null);
        }

        for (int i = 0; i < states; i++)
        {
            if (c.IsNeeded(1 + i))
            {
                Value s = b.Emit("PACK", [.. last.Select(l => l[i])], ("values_count", AttributeValue.Of(directions)), ("axis", AttributeValue.Of(0L)));
                c.Set(1 + i, s, batchFirst ? [1, 0, 2] : null);
            }
        }
    }

    private static Value Initial(ToTFLiteContext c, int input, int direction, Value x, long units, bool batchFirst)
    {
        TFLiteBuilder b = c.Builder;
        if (c.Has(input))
        {
            Value given = c.In(input);
            return Direction(b, batchFirst ? b.Transpose(given, 1, 0, 2) : given, direction);
        }

        return b.Extent(x, 1) is { Known: { } batch }
            ? b.Constant(new SplatTensorData(DataType.Float32, new TensorShape(batch, units), new byte[4]))
            : b.Emit("FILL", [b.Join(b.Extent(x, 1).Computed!, b.Int32s(units)), b.Scalar(DataType.Float32, 0)]);
    }

    private static Value Direction(TFLiteBuilder b, Value x, int direction)
    {
        if (x.Constant is { } content)
        {
            long[] rest = content.Shape.ToArray()[1..];
            int bytes = (int)(content.ByteLength / content.Shape[0]);
            byte[] part = new byte[bytes];
            content.ReadBytes((long)direction * bytes, part);
            return b.Constant(new DenseTensorData(content.Type, new TensorShape(rest), part), x.Name);
        }

        return b.Emit(
            "STRIDED_SLICE",
            [x, b.Int32s(direction), b.Int32s(direction + 1), b.Int32s(1)],
            ("begin_mask", AttributeValue.Of(0L)),
            ("end_mask", AttributeValue.Of(0L)),
            ("shrink_axis_mask", AttributeValue.Of(1)));
    }

    // Gates in ONNX's order: input, output, forget, cell.
    private static Value[] LstmStep(Cell cell, Value gates, Value[] states)
    {
        TFLiteBuilder b = cell.Builder;
        IReadOnlyList<Value> g = cell.Split(b.Binary("ADD", gates, cell.Recurrent(states[0])));
        Value forget = cell.Apply(0, g[2]);
        Value memory = b.Binary("ADD", b.Binary("MUL", forget, states[1]), b.Binary("MUL", cell.Apply(0, g[0]), cell.Apply(1, g[3])));
        return [b.Binary("MUL", cell.Apply(0, g[1]), cell.Apply(2, memory)), memory];
    }

    // Gates: update, reset, hidden. h = (1 - z)·n + z·h.
    private static Value[] GruStep(Cell cell, Value gates, Value[] states)
    {
        TFLiteBuilder b = cell.Builder;
        IReadOnlyList<Value> x = cell.Split(gates);
        Value update;
        Value hidden;
        if (cell.Context.Attributes.GetBoolean("linear_before_reset"))
        {
            IReadOnlyList<Value> r = cell.Split(cell.Recurrent(states[0]));
            update = cell.Apply(0, b.Binary("ADD", x[0], r[0]));
            Value reset = cell.Apply(0, b.Binary("ADD", x[1], r[1]));
            hidden = cell.Apply(1, b.Binary("ADD", x[2], b.Binary("MUL", reset, r[2])));
        }
        else
        {
            update = cell.Apply(0, b.Binary("ADD", x[0], cell.Recurrent(states[0], 0)));
            Value reset = cell.Apply(0, b.Binary("ADD", x[1], cell.Recurrent(states[0], 1)));
            hidden = cell.Apply(1, b.Binary("ADD", x[2], cell.Recurrent(b.Binary("MUL", reset, states[0]), 2)));
        }

        Value kept = b.Binary("MUL", update, b.Binary("SUB", states[0], hidden));
        return [b.Binary("ADD", hidden, kept)];
    }

    private static Value[] PlainStep(Cell cell, Value gates, Value[] states) => [cell.Apply(0, cell.Builder.Binary("ADD", gates, cell.Recurrent(states[0])))];

    /// <summary>The weights of one direction and the functions of its gates.</summary>
    private sealed class Cell
    {
        private readonly int _gates;
        private readonly long _units;
        private readonly string[] _functions;
        private readonly Value _weight;
        private readonly Value _recurrent;
        private readonly Value? _inputBias;
        private readonly Value? _recurrentBias;
        private readonly Dictionary<int, (Value Weight, Value? Bias)> _parts = [];

        public Cell(ToTFLiteContext c, int direction, long units, int gates, string[] functions)
        {
            Context = c;
            _units = units;
            _gates = gates;
            _functions = functions;
            _weight = Direction(Builder, c.In(1), direction);
            _recurrent = Direction(Builder, c.In(2), direction);
            if (!_weight.IsConstant || !_recurrent.IsConstant)
            {
                throw new LoweringException("the weights of a recurrent layer must be constant");
            }

            if (c.Has(3))
            {
                float[] bias = c.Constant(3)?.ToFloats() ?? throw new LoweringException("the bias of a recurrent layer must be constant");
                int length = (int)(gates * units);
                float[] x = bias[(direction * 2 * length)..(((direction * 2) + 1) * length)];
                float[] r = bias[(((direction * 2) + 1) * length)..((direction + 1) * 2 * length)];

                // Both are added, unless the reset gate stands between.
                int apart = c.Node.Operator == "GRU" && c.Attributes.GetBoolean("linear_before_reset") ? (int)(2 * units) : length;
                for (int i = 0; i < apart; i++)
                {
                    x[i] += r[i];
                    r[i] = 0;
                }

                _inputBias = Builder.Constant(DenseTensorData.Create(x, new TensorShape(length)), "bias");
                _recurrentBias = apart < length ? Builder.Constant(DenseTensorData.Create(r, new TensorShape(length)), "recurrent_bias") : null;
            }
        }

        public ToTFLiteContext Context { get; }

        public TFLiteBuilder Builder => Context.Builder;

        public Value Inputs(Value x) => ToTFLiteProductLowerings.Connect(Builder, x, _weight, _inputBias);

        public Value Recurrent(Value state) => ToTFLiteProductLowerings.Connect(Builder, state, _recurrent, _recurrentBias);

        /// <summary>The share of one gate.</summary>
        public Value Recurrent(Value state, int gate)
        {
            if (!_parts.TryGetValue(gate, out (Value Weight, Value? Bias) part))
            {
                TensorData content = _recurrent.Constant!;
                byte[] bytes = new byte[content.ByteLength / _gates];
                content.ReadBytes(gate * (long)bytes.Length, bytes);
                part = (Builder.Constant(new DenseTensorData(content.Type, new TensorShape(_units, content.Shape[1]), bytes), _recurrent.Name), null);
                _parts[gate] = part;
            }

            return ToTFLiteProductLowerings.Connect(Builder, state, part.Weight, part.Bias);
        }

        public IReadOnlyList<Value> Split(Value x) => _gates == 1 ? [x] : Builder.Emit("SPLIT", [Builder.Scalar(DataType.Int32, 1), x], _gates, ("num_splits", AttributeValue.Of(_gates)));

        public Value Apply(int function, Value x) => _functions[Math.Min(function, _functions.Length - 1)] switch
        {
            "Sigmoid" => Builder.Unary("LOGISTIC", x),
            "Tanh" => Builder.Unary("TANH", x),
            "Relu" => Builder.Unary("RELU", x),
            "Affine" or "Identity" => x,
            "HardSigmoid" => Builder.Emit("RELU_0_TO_1", [Builder.Binary("ADD", Builder.Binary("MUL", x, Builder.Scalar(DataType.Float32, 0.2)), Builder.Scalar(DataType.Float32, 0.5))]),
            var other => throw new LoweringException($"the activation '{other}' of a recurrent layer is not carried over"),
        };
    }
}
