namespace Pare.Passes.Conversion;

/// <summary>
/// One step of an LSTM: gates i, f, o = σ(W·x + R·h + P∘c + b), g = act(W·x + R·h + b), c = f∘c + i∘g, h = o∘act(c), projected where there is a projection. A coupled input gate is 1 - f.
/// With layer normalization the sums are normalized before the bias is added. In integers the sums are rounded to 16 bits in units of 2^-12, the gates to units of 2^-15, the cell to its own scale.
/// Sources: lstm_eval.cc and the integer LSTM of LiteRT.
/// </summary>
internal sealed class LstmCell
{
    private const double GateUnit = 1.0 / 4096;
    private const double UnitInterval = 1.0 / 32768;

    private readonly TFLiteContext _context;
    private readonly LstmWeights _weights;
    private readonly HybridProduct?[] _input;
    private readonly HybridProduct?[] _recurrent;
    private readonly HybridProduct? _projection;
    private readonly Value?[] _bias;
    private readonly Value?[] _peephole;

    public LstmCell(TFLiteContext context, LstmWeights weights)
    {
        _context = context;
        _weights = weights;
        bool asymmetric = context.Attributes.GetBoolean("asymmetric_quantize_inputs");
        HybridProduct? Product(int input) => context.Has(input) ? new HybridProduct(context, input, asymmetric) : null;
        _input = Array.ConvertAll(weights.Input, Product);
        _recurrent = Array.ConvertAll(weights.Recurrent, Product);
        _projection = Product(weights.Projection[0]);
        _bias = Array.ConvertAll(weights.Bias, BiasOf);
        _peephole = Array.ConvertAll(weights.Peephole, i => context.Has(i) ? context.Operand(i).Real : null);
        IsInteger = context.Operand(0).IsQuantized;
        if (context.Attributes.GetBoolean("diagonal_recurrent_tensors"))
        {
            throw new LoweringException("recurrent weights that are diagonals are not carried over");
        }
    }

    /// <summary>Whether data and states are codes rather than real numbers.</summary>
    public bool IsInteger { get; }

    /// <summary>Emits a step: data and states (output, cell) in, output and states out.</summary>
    public (Value Output, Value[] States) Step(OnnxBuilder b, Value x, Value[] states)
    {
        return IsInteger ? IntegerStep(b, x, states) : RealStep(b, x, states);
    }

    private (Value Output, Value[] States) RealStep(OnnxBuilder b, Value x, Value[] states)
    {
        (Value h, Value c) = (states[0], states[1]);
        Value forget = b.Emit("Sigmoid", [Sum(b, 1, x, h, c)]);
        Value input = _input[0] is null ? b.Sub(b.Scalar(DataType.Float32, 1), forget) : b.Emit("Sigmoid", [Sum(b, 0, x, h, c)]);
        string activation = _context.Activation;
        Value update = TFLiteRecurrents.Activation(b, activation, Sum(b, 2, x, h, null));
        Value cell = Clip(b, b.Add(b.Mul(forget, c), b.Mul(input, update)), "cell_clip");
        Value output = b.Emit("Sigmoid", [Sum(b, 3, x, h, cell)]);
        Value hidden = b.Mul(output, TFLiteRecurrents.Activation(b, activation, cell));
        if (_projection is { } projection)
        {
            hidden = projection.Emit(b, hidden);
            hidden = Clip(b, _context.Has(_weights.Projection[1]) ? b.Add(hidden, _context.Input(_weights.Projection[1])) : hidden, "proj_clip");
        }

        return (hidden, [hidden, cell]);
    }

    // Real numbers, rounded wherever the integer kernel holds an integer.
    private (Value Output, Value[] States) IntegerStep(OnnxBuilder b, Value x, Value[] states)
    {
        (TFLiteOperand hiddenState, TFLiteOperand cellState) = (_context.Operand(18), _context.Operand(19));
        Value data = b.Mul(x, b.Scalar(DataType.Float32, _context.Operand(0).Scale));
        Value h = b.Mul(states[0], b.Scalar(DataType.Float32, hiddenState.Scale));
        Value c = b.Mul(states[1], b.Scalar(DataType.Float32, cellState.Scale));
        Value Gate(int gate, string function, Value? peephole) => Rounded(b, b.Emit(function, [Rounded(b, Sum(b, gate, data, h, peephole), GateUnit, -32768, 32767)]), UnitInterval, -32768, 32767);
        Value forget = Gate(1, "Sigmoid", c);
        Value input = _input[0] is null ? b.Sub(b.Scalar(DataType.Float32, 1), forget) : Gate(0, "Sigmoid", c);
        Value update = Gate(2, "Tanh", null);
        Value cell = Rounded(b, b.Add(b.Mul(forget, c), b.Mul(input, update)), cellState.Scale, -32768, 32767);
        cell = Clip(b, cell, "cell_clip");
        Value output = Gate(3, "Sigmoid", cell);
        Value hidden = b.Mul(output, Rounded(b, b.Emit("Tanh", [cell]), UnitInterval, -32768, 32767));
        float scale = hiddenState.Scale;
        if (_projection is { } projection)
        {
            float inner = IntermediateScale(4);
            hidden = projection.Emit(b, inner > 0 ? Rounded(b, hidden, inner, -128, 127) : hidden);
            hidden = _context.Has(_weights.Projection[1]) ? b.Add(hidden, BiasOf(_weights.Projection[1])!) : hidden;
        }

        Value codes = Quantized.Clip(b, Quantized.Round(b, b.Mul(hidden, b.Scalar(DataType.Float32, 1 / scale))), hiddenState.Lowest, hiddenState.Highest);
        Value cellCodes = Quantized.Round(b, b.Mul(cell, b.Scalar(DataType.Float32, 1 / cellState.Scale)));
        return (codes, [codes, cellCodes]);
    }

    private float IntermediateScale(int index)
        => _context.Attributes.TryGetValue("intermediate_scales", out AttributeValue? scales) && index < scales.AsFloats.Length ? scales.AsFloats[index] : 0;

    private Value Sum(OnnxBuilder b, int gate, Value x, Value h, Value? cell)
    {
        Value sum = b.Add(_input[gate]!.Emit(b, x), _recurrent[gate]!.Emit(b, h));
        int peephole = gate == 3 ? 2 : gate;
        if (cell is not null && _peephole[peephole] is { } weights)
        {
            sum = b.Add(sum, b.Mul(weights, cell));
        }

        if (_weights.Norm.Length > 0)
        {
            sum = b.Mul(Normalized(b, sum), _context.Operand(_weights.Norm[gate]).Real);
        }

        return _bias[gate] is { } bias ? b.Add(sum, bias) : sum;
    }

    private static Value Normalized(OnnxBuilder b, Value x)
    {
        Value centred = b.Sub(x, b.Reduce("ReduceMean", x, [-1], true));
        Value variance = b.Reduce("ReduceMean", b.Mul(centred, centred), [-1], true);
        return b.Div(centred, b.Emit("Sqrt", [b.Add(variance, b.Scalar(DataType.Float32, 1e-8))]));
    }

    private Value? BiasOf(int input) => !_context.Has(input) ? null
        : _context.Node.Inputs[input] is { Constant: { } content, Quantization: { Scales.Length: > 0 } q } && !content.Type.IsFloat() ? _context.Onnx.Constant(Quantized.Real(content, q))
        : _context.Node.Inputs[input] is { Constant: { Type: DataType.Int32 } plain } && _context.Operand(0).IsQuantized ? Unscaled(plain, input)
        : _context.Input(input);

    // A bias without a scale of its own has that of data times input weights.
    private Value Unscaled(TensorData plain, int input)
    {
        int gate = Array.IndexOf(_weights.Bias, input);
        float scale = _context.Operand(0).Scale * (gate >= 0 && _context.Has(_weights.Input[gate]) ? _context.Operand(_weights.Input[gate]).Scale : 1);
        return _context.Onnx.Constant(DenseTensorData.Create([.. plain.ToInt64s().Select(v => v * scale)], plain.Shape));
    }

    private Value Clip(OnnxBuilder b, Value x, string option)
    {
        float limit = _context.Attributes.GetFloat(option);
        return limit > 0 ? b.Emit("Clip", [x, b.Scalar(DataType.Float32, -limit), b.Scalar(DataType.Float32, limit)]) : x;
    }

    private static Value Rounded(OnnxBuilder b, Value x, double unit, double low, double high)
        => b.Mul(Quantized.Clip(b, Quantized.Round(b, b.Mul(x, b.Scalar(DataType.Float32, 1 / unit))), low, high), b.Scalar(DataType.Float32, unit));
}
