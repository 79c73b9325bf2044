namespace Pare.Passes.Conversion;

/// <summary>
/// A layer with weights and a bias, in whichever way its types ask for: real numbers; integers throughout; real data with integer weights, whose rows are quantized at run time. The layer itself
/// is only its product. Sources: the fp32 requantization of XNNPACK, quantization_util.h and the hybrid kernels of LiteRT.
/// </summary>
internal sealed class LayerKernel
{
    private readonly TFLiteContext _context;
    private readonly OnnxBuilder _builder;
    private readonly Func<Value, Value, Value> _product;

    /// <param name="context">The node.</param>
    /// <param name="product">Emits the product of data, in the node's layout, and weights, in ONNX's, with outputs last.</param>
    public LayerKernel(TFLiteContext context, Func<Value, Value, Value> product)
    {
        _context = context;
        _builder = context.Onnx;
        _product = product;
    }

    /// <summary>Which input carries the data.</summary>
    public int DataInput { get; init; }

    /// <summary>Which input is the weight.</summary>
    public int WeightInput { get; init; } = 1;

    /// <summary>Which input is the bias.</summary>
    public int BiasInput { get; init; } = 2;

    /// <summary>Axes of the weights in the order in which ONNX wants them.</summary>
    public required long[] WeightOrder { get; init; }

    /// <summary>Axis of the weights, as TFLite stores them, that runs over outputs.</summary>
    public required int OutputAxis { get; init; }

    /// <summary>Axes of the data over which a row that is quantized at run time extends.</summary>
    public required long[] RowAxes { get; init; }

    /// <summary>Brings the data into the shape that the product takes; as it is by default.</summary>
    public Func<Value, Value> Arrange { get; init; } = x => x;

    /// <summary>Brings the result into the node's shape; as it is by default.</summary>
    public Func<Value, Value> Restore { get; init; } = y => y;

    /// <summary>Emits the product of rows that are quantized at run time with constant weights, in integers; null, or a null result, where there is no such form.</summary>
    public Func<QuantizedRows, IntegerSums, Value?>? IntegerProduct { get; init; }

    /// <summary>Whether rows are quantized with a zero point.</summary>
    public bool Asymmetric { get; init; } = true;

    /// <summary>Emits the layer and sets its output.</summary>
    public void Run()
    {
        TFLiteOperand data = _context.Operand(DataInput);
        TFLiteOperand weights = _context.Operand(WeightInput);
        TFLiteOperand output = _context.Output();
        if (data.IsQuantized && weights.IsQuantized && output.IsQuantized && _context.Activation is not "TANH")
        {
            _context.SetOperand(0, Integer(data, weights, output));
        }
        else
        {
            bool hybrid = !data.IsQuantized && weights.IsQuantized && weights.Stored.IsConstant && data.Type.IsFloat();
            _context.SetOutput(Restore(_context.Activate(hybrid ? Hybrid(Arrange(data.Stored), weights) : Real())));
        }
    }

    private Value Real()
    {
        Value weight = _builder.Transpose(_builder.AsFloat(Weights()), WeightOrder);
        Value y = _product(Arrange(_builder.AsFloat(_context.Input(DataInput))), weight);
        return _context.Has(BiasInput) ? _builder.Add(y, _builder.AsFloat(Bias())) : y;
    }

    private Value Weights() => _context.Operand(WeightInput).Real;

    // A bias in integers beside real data stands for real numbers by its own scale.
    private Value Bias() => _context.Node.Inputs[BiasInput] is { Constant: { } content, Quantization: { Scales.Length: > 0 } q } && !content.Type.IsFloat()
        ? _builder.Constant(Quantized.Real(content, q))
        : _context.Input(BiasInput);

    private TFLiteOperand Integer(TFLiteOperand data, TFLiteOperand weights, TFLiteOperand output)
    {
        Value sum = Sums(Arrange(data.Codes), Math.Max(data.Highest, -data.Lowest), weights);
        if (_context.Has(BiasInput))
        {
            TensorData bias = _context.Node.Inputs[BiasInput]!.Constant ?? throw new LoweringException("the bias of an integer layer is computed at run time; it must be constant");
            sum = AddBias(sum, bias, data, weights);
        }

        (double low, double high) = Quantized.Bounds(output, _context.Activation);
        Value scaled = output.Type == DataType.Int16 && data.Type == DataType.Int16 ? ByReducedMultiplier(sum, data, weights, output) : ByFloat(sum, data, weights, output);
        return output.FromCodes(Restore(Quantized.Clip(_builder, scaled, low, high)));
    }

    private Value Sums(Value codes, double magnitude, TFLiteOperand weights)
    {
        int outputAxis = Array.IndexOf(WeightOrder, OutputAxis);
        if (weights.Stored.Constant is not { } content)
        {
            return ExactSums.Of(_builder, codes, magnitude, null, _builder.Transpose(weights.Codes, WeightOrder), _product);
        }

        TensorData whole = Quantized.Codes(content, weights.Quantization!);
        bool ordered = WeightOrder.Select((a, i) => a == i).All(same => same);
        return ExactSums.Of(_builder, codes, magnitude, (ordered ? whole : TransposedTensorData.Of(whole, WeightOrder), outputAxis), null, _product);
    }

    // Exact: in binary32 where data, weights and bias together cannot reach 2^24.
    private Value AddBias(Value sum, TensorData bias, TFLiteOperand data, TFLiteOperand weights)
    {
        double[] numbers = [.. bias.ToInt64s().Select(v => (double)v)];
        double magnitude = Math.Max(data.Highest, -data.Lowest);
        bool small = sum.Type == DataType.Float32 && weights.Stored.Constant is { } content
            && (ExactSums.Largest(Quantized.Codes(content, weights.Quantization!), OutputAxis) * magnitude) + numbers.Select(Math.Abs).DefaultIfEmpty().Max() < 1 << 24;
        if (small)
        {
            return _builder.Add(sum, _builder.Floats([.. numbers.Select(v => (float)v)]));
        }

        Value wide = _builder.Constant(DenseTensorData.Create<double>(DataType.Float64, numbers, new TensorShape(numbers.Length)));
        return _builder.Add(_builder.Cast(sum, DataType.Float64), wide);
    }

    private float[] Scales(TFLiteOperand weights) => [.. weights.Quantization!.Scales];

    // round(fround(sum) · fround(fround(s_in · s_w) / s_out)), ties to even.
    private Value ByFloat(Value sum, TFLiteOperand data, TFLiteOperand weights, TFLiteOperand output)
    {
        float[] factors = [.. Scales(weights).Select(s => data.Scale * s / output.Scale)];
        Value factor = factors.Length == 1 ? _builder.Scalar(DataType.Float32, factors[0]) : _builder.Floats(factors);
        return Quantized.Round(_builder, _builder.Mul(_builder.Cast(sum, DataType.Float32), factor));
    }

    // 16 bits: the factor as a number of 15 bits and a power of two; half is added, then the sum is shifted down.
    private Value ByReducedMultiplier(Value sum, TFLiteOperand data, TFLiteOperand weights, TFLiteOperand output)
    {
        double[] factors = [.. Scales(weights).Select(s => Reduced((double)data.Scale * s / output.Scale))];
        Value factor = _builder.Constant(DenseTensorData.Create<double>(DataType.Float64, factors, factors.Length == 1 ? TensorShape.Scalar : new TensorShape(factors.Length)));
        Value half = _builder.Scalar(DataType.Float64, 0.5);
        return _builder.Cast(_builder.Emit("Floor", [_builder.Add(_builder.Mul(_builder.Cast(sum, DataType.Float64), factor), half)]), DataType.Float32);
    }

    private static double Reduced(double factor)
    {
        if (factor == 0)
        {
            return 0;
        }

        int exponent = Math.ILogB(factor) + 1;
        double fixedPoint = Math.Round(Math.ScaleB(factor, 31 - exponent), MidpointRounding.AwayFromZero);
        double reduced = fixedPoint < 0x7FFF0000 ? Math.Floor((fixedPoint + 32768) / 65536) : 0x7FFF;
        return Math.ScaleB(reduced, exponent - 15);
    }

    // Rows of the data are quantized to 8 bits one by one; the sums are exact, and scaled back.
    private Value Hybrid(Value data, TFLiteOperand weights)
    {
        QuantizedRows rows = RowQuantizer.Quantize(_builder, _builder.Cast(data, DataType.Float32), RowAxes, Asymmetric);
        Value y;
        if (weights.Quantization!.GroupSize > 0)
        {
            y = _product(rows.Codes, _builder.Transpose(weights.Real, WeightOrder));
            y = _builder.Mul(y, RowScale(rows.Scale, y));
        }
        else
        {
            Value sum = _builder.Cast(RowSums(rows, weights), DataType.Float32);
            float[] scales = Scales(weights);
            y = _builder.Mul(_builder.Mul(sum, RowScale(rows.Scale, sum)), scales.Length == 1 ? _builder.Scalar(DataType.Float32, scales[0]) : _builder.Floats(scales));
        }

        return _context.Has(BiasInput) ? _builder.Add(y, Bias()) : y;
    }

    private Value RowSums(QuantizedRows rows, TFLiteOperand weights) =>
        IntegerProduct is { } product && IntegerSums.TryCreate(_builder, weights.Stored.Constant!, weights.Quantization!, OutputAxis) is { } sums && product(rows, sums) is { } sum
            ? sum
            : Sums(rows.Codes, 255, weights);

    // The product keeps the axes of the data in number, so that a scale a row spreads over the row's outputs.
    private Value RowScale(Value scale, Value sum) => sum.Shape is { } s && scale.Shape is { } r && s.Rank < r.Rank ? _builder.Reshape(scale, [-1, .. Enumerable.Repeat(1L, s.Rank - 1)]) : scale;
}
