namespace Pare.Passes.Conversion;

/// <summary>
/// Sums of products of rows of 8-bit codes with constant 8-bit weights in ONNX's integer operators, whose weights take a byte a number. Data and weights are moved up by 128 first: products of
/// unsigned bytes are exact on every processor, where products of unsigned with signed bytes may saturate (x86 without VNNI).
/// </summary>
internal sealed class IntegerSums
{
    private const int Offset = 128;

    // Smaller filters are quicker in binary32, whose convolutions the runtime lays out in blocks and fuses.
    private const int SmallestFilter = 1 << 17;

    private readonly OnnxBuilder _builder;
    private readonly byte[] _weights;
    private readonly TensorShape _shape;
    private readonly int _outputAxis;

    private IntegerSums(OnnxBuilder builder, byte[] weights, TensorShape shape, int outputAxis)
    {
        _builder = builder;
        _weights = weights;
        _shape = shape;
        _outputAxis = outputAxis;
    }

    /// <summary>Weights for these sums; null where the codes do not fit 8 bits.</summary>
    /// <param name="builder">Receives the nodes.</param>
    /// <param name="content">The codes as stored.</param>
    /// <param name="quantization">Their scales and zero points.</param>
    /// <param name="outputAxis">The axis that runs over outputs.</param>
    public static IntegerSums? TryCreate(OnnxBuilder builder, TensorData content, QuantizationParameters quantization, int outputAxis)
    {
        byte[] bytes = new byte[content.Count];
        if (content.Type == DataType.Int8 && quantization.ZeroPoints.All(z => z == 0))
        {
            ReadOnlySpan<byte> stored = content.GetBytes();
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(stored[i] ^ Offset);
            }
        }
        else
        {
            float[] codes = Quantized.Codes(content, quantization).ToFloats();
            if (codes.Any(c => c is < -Offset or >= Offset))
            {
                return null;
            }

            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(codes[i] + Offset);
            }
        }

        return new IntegerSums(builder, bytes, content.Shape, outputAxis);
    }

    /// <summary>Rows [rows, inputs] times a matrix stored as [outputs, inputs]: sums [rows, outputs] of 32 bits.</summary>
    public Value Multiply(QuantizedRows rows)
    {
        Value data = Raise(rows.Stored);
        return WithoutZero(_builder.Emit("MatMulInteger", [data, Weights(1, 0), Middle(), Middle()]), rows);
    }

    /// <summary>
    /// A convolution of data [batch, height, width, channels] with a filter stored as [outputs, height, width, channels]; null where the padding depends on extents that are not known, and for
    /// small filters.
    /// </summary>
    public Value? Convolve(QuantizedRows rows, WindowGeometry geometry)
    {
        long[] kernel = [_shape[1], _shape[2]];
        if (_weights.Length < SmallestFilter || geometry.Pads(kernel, geometry.Extents(rows.Codes)) is not { } pads)
        {
            return null;
        }

        // Padding stands for the number 0, whose code is a row's own zero point.
        Value codes = pads.All(p => p == 0) ? rows.Stored : Padded(rows, pads);
        Value sum = _builder.Emit(
            "ConvInteger",
            [geometry.ToChannelsFirst(_builder, Raise(codes)), Weights(0, 3, 1, 2), Middle(), Middle()],
            ("kernel_shape", OnnxBuilderHelpers.Ints(kernel)),
            ("strides", OnnxBuilderHelpers.Ints(geometry.Strides)),
            ("dilations", OnnxBuilderHelpers.Ints(geometry.Dilations)));
        return WithoutZero(geometry.FromChannelsFirst(_builder, sum), rows);
    }

    private Value Padded(QuantizedRows rows, long[] pads)
    {
        Value padded = _builder.Emit("Pad", [rows.Codes, _builder.Int64s(0, pads[0], pads[1], 0, 0, pads[2], pads[3], 0), _builder.Scalar(DataType.Float32, 0)]);
        return rows.Zero is null ? padded : _builder.Add(padded, rows.Zero);
    }

    private Value Raise(Value codes) => _builder.Cast(_builder.Add(codes, _builder.Scalar(DataType.Float32, Offset)), DataType.UInt8);

    private Value Weights(params long[] order)
        => _builder.Constant(TransposedTensorData.Of(DenseTensorData.Create(DataType.UInt8, _weights, _shape), order), _builder.Prefix + "/weights");

    private Value Middle() => _builder.Scalar(DataType.UInt8, Offset);

    // sum of (u - z) · w = sum of u · w - z · (sum of w).
    private Value WithoutZero(Value sum, QuantizedRows rows) => rows.Zero is null ? sum
        : _builder.Sub(sum, _builder.Mul(_builder.Cast(rows.Zero, DataType.Int32), _builder.Constant(Totals())));

    private TensorData Totals()
    {
        long inner = 1;
        for (int d = _outputAxis + 1; d < _shape.Rank; d++)
        {
            inner *= _shape[d];
        }

        int[] totals = new int[_shape[_outputAxis]];
        for (int i = 0; i < _weights.Length; i++)
        {
            totals[i / inner % totals.Length] += _weights[i] - Offset;
        }

        return DenseTensorData.Create<int>(DataType.Int32, totals, new TensorShape(totals.Length));
    }
}
